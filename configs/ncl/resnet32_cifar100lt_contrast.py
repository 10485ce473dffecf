"""NCL with its contrastive branch, ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/ncl/resnet32_cifar100lt_contrast.py
"""

_base_ = './resnet32_cifar100lt.py'

model = dict(contrast=dict(type='MomentumContrast', in_channels=64))
data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    second_augments=[
        dict(type='BatchRandomCrop', size=32, padding=4),
        dict(type='BatchRandomFlip', prob=0.5),
        dict(
            type='BatchColorJitter',
            brightness=0.4,
            contrast=0.4,
            saturation=0.4,
        ),
    ],
)
