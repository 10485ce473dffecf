"""CIFAR-10-LT in two views: AutoAugment and Cutout, and one of SimCLR."""

_base_ = ['./cifar10lt.py', '../augments/views.py']

data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    augments=[*_base_.data_preprocessor.augments, *_base_.auto_augment],
    # PaCo's crops keep a fifth of the image, others of SimCLR 8 %
    second_augments=[
        dict(type='BatchRandomResizedCrop', size=32, scale=(0.2, 1.0)),
        *_base_.view_colors,
    ],
)
