"""ImageNet-LT in two views with RandAugment, the second at times gray.

Workers cut the crops; colors and flips wait for the whole batch.
"""

_base_ = ['./imagenetlt.py', '../augments/rand_augment.py']

crop = dict(type='RandomResizedCrop', scale=224)
data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    second_augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomGray', prob=0.2),
    ],
)
train_dataloader = dict(
    batch_size=128,
    dataset=dict(
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(
                type='MultiView',
                transforms=[[crop, _base_.rand_augment]],
                num_views=[2],
            ),
            dict(type='PackInputs'),
        ],
    ),
    collate_fn=dict(type='multi_view_collate'),
)
