"""ResNet-18 and a linear head with 10 classes, for images of 64 pixels or more."""

_base_ = './resnet10_imagenetlt.py'

model = dict(
    backbone=dict(type='ResNet', depth=18),
    head=dict(num_classes=10),
)
