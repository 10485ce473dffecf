"""Places-LT in two views of one kind: colors, at times gray; no blur.

Workers cut the crops; colors and flips wait for the whole batch.
"""

_base_ = './placeslt.py'

crop = dict(type='RandomResizedCrop', scale=224)
view_augments = [
    *_base_.data_preprocessor.augments,
    dict(type='BatchRandomGray', prob=0.2),
]
data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    augments=view_augments,
    second_augments=view_augments,
)
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(type='MultiView', transforms=[[crop]], num_views=[2]),
            dict(type='PackInputs'),
        ],
    ),
    collate_fn=dict(type='multi_view_collate'),
)
