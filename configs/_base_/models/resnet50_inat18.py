"""ResNet-50 and a linear head with 8,142 classes."""

_base_ = './resnet50_imagenetlt.py'

model = dict(head=dict(num_classes=8142))
