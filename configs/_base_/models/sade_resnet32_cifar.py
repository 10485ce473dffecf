"""Three experts on a shared first stage of ResNet-32, for SADE."""

_base_ = './resnet32_cifar.py'

model = dict(
    backbone=dict(
        type='MultiExpertCIFARResNet', num_experts=3, expert_channels=(24, 48)
    ),
    head=dict(
        type='SADEClsHead', in_channels=48, num_experts=3, scale=30.0, tau=2.0
    ),
)
