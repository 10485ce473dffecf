"""ResNet-20 for small images and a linear head with 10 classes."""

_base_ = './resnet32_cifar.py'

model = dict(backbone=dict(depth=20))
