"""iNaturalist 2018 in two views: RandAugment; at times gray.

Workers cut the crops; colors and flips wait for the whole batch.
"""

_base_ = './inat18_randaugment.py'

crop = dict(type='RandomResizedCrop', scale=224)
data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    second_augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomGray', prob=0.2),
    ],
)
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(
                type='MultiView',
                transforms=[[crop, _base_.rand_augment], [crop]],
                num_views=[1, 1],
            ),
            dict(type='PackInputs'),
        ],
    ),
    collate_fn=dict(type='multi_view_collate'),
)
