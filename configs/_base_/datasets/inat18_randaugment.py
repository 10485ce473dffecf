"""iNaturalist 2018 with changes of color and RandAugment, as NCL trains."""

_base_ = ['./inat18.py', '../augments/rand_augment.py']

data_preprocessor = dict(
    augments=[
        dict(type='BatchRandomFlip', prob=0.5),
        dict(
            type='BatchColorJitter',
            brightness=0.4,
            contrast=0.4,
            saturation=0.4,
        ),
    ],
)
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(type='RandomResizedCrop', scale=224),
            _base_.rand_augment,
            dict(type='PackInputs'),
        ],
    ),
)
