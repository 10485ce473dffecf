"""CIFAR-100-LT, images turned by up to 15 degrees after crop and flip."""

_base_ = './cifar100lt.py'

data_preprocessor = dict(
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomRotation', degrees=15),
    ],
)
