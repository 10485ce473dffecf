"""CIFAR-100-LT in two views: rotation; AutoAugment and Cutout."""

_base_ = ['./cifar100lt.py', '../augments/views.py']

data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomRotation', degrees=15),
    ],
    second_augments=[
        *_base_.data_preprocessor.augments,
        *_base_.auto_augment,
    ],
)
