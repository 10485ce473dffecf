"""CIFAR-100-LT in three views: AutoAugment and Cutout, and two of SimCLR."""

_base_ = ['./cifar100lt.py', '../augments/views.py']

data_preprocessor = dict(
    type='MultiViewDataPreprocessor',
    augments=[*_base_.data_preprocessor.augments, *_base_.auto_augment],
    other_augments=[_base_.cifar_view, _base_.cifar_view],
)
