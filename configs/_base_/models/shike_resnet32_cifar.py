"""ResNet-32 whose three experts look at two depths at once, for SHIKE."""

_base_ = './resnet32_cifar.py'

model = dict(
    backbone=dict(type='FusedExpertCIFARResNet', num_experts=3),
    head=dict(type='MultiExpertClsHead', num_experts=3, scale=30.0),
)
