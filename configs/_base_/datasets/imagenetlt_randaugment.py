"""ImageNet-LT with RandAugment between crop and flip, as NCL trains."""

_base_ = ['./imagenetlt.py', '../augments/rand_augment.py']

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
