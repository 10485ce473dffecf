"""ResNet-50 and a linear head with 1,000 classes."""

_base_ = './resnet10_imagenetlt.py'

model = dict(
    backbone=dict(type='ResNet', depth=50, zero_init_residual=False),
    head=dict(in_channels=2048),
)
