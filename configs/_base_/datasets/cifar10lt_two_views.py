"""CIFAR-10-LT in two views: AutoAugment and Cutout, and one of SimCLR."""

_base_ = ['./cifar10lt.py', '../augments/views.py']

data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    augments=[*_base_.data_preprocessor.augments, *_base_.auto_augment],
    second_augments=_base_.paco_cifar_view,
)
