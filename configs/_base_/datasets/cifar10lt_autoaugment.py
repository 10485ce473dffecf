"""CIFAR-10-LT with AutoAugment and Cutout."""

_base_ = ['./cifar10lt.py', '../augments/views.py']

data_preprocessor = dict(
    augments=[*_base_.data_preprocessor.augments, *_base_.auto_augment],
)
