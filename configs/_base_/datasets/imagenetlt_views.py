"""ImageNet-LT in three views: RandAugment, and two of SimCLR without blur.

Workers cut the three crops; colors and flips wait for the whole batch.
"""

_base_ = [
    './imagenetlt.py',
    '../augments/rand_augment.py',
    '../augments/views.py',
]

crop = dict(type='RandomResizedCrop', scale=224)
data_preprocessor = dict(
    type='MultiViewDataPreprocessor',
    other_augments=[_base_.view_colors, _base_.view_colors],
)
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(
                type='MultiView',
                transforms=[[crop, _base_.rand_augment], [crop]],
                num_views=[1, 2],
            ),
            dict(type='PackInputs'),
        ],
    ),
    collate_fn=dict(type='multi_view_collate'),
)
