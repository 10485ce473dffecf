"""ImageNet-LT in two views: crop, flip and colors; RandAugment on top.

Workers cut the two crops; colors and flips wait for the whole batch.
"""

_base_ = ['./imagenetlt.py', '../augments/rand_augment.py']

crop = dict(type='RandomResizedCrop', scale=224)
data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    second_augments=_base_.data_preprocessor.augments,
)
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(
                type='MultiView',
                transforms=[[crop], [crop, _base_.rand_augment]],
                num_views=[1, 1],
            ),
            dict(type='PackInputs'),
        ],
    ),
    collate_fn=dict(type='multi_view_collate'),
)
