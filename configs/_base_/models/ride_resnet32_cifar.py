"""Three experts on a shared first stage of ResNet-32, for RIDE."""

_base_ = './resnet32_cifar.py'

model = dict(
    backbone=dict(
        type='MultiExpertCIFARResNet', num_experts=3, expert_channels=(24, 48)
    ),
    head=dict(
        type='RIDEClsHead',
        in_channels=48,
        num_experts=3,
        scale=30.0,
        diversity_factor=-0.45,
        spread=0.05,
        loss=None,  # LDAM, re-weighted in the last fifth
    ),
)
