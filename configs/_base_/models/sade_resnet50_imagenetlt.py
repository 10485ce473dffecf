"""Three experts on the shared first half of ResNet-50, for SADE.

Stem and two stages are shared; the other two exist once per expert, with 768
and 1,536 channels instead of 1,024 and 2,048.
"""

_base_ = './resnet50_imagenetlt.py'

model = dict(
    backbone=dict(
        type='MultiExpertResNet',
        num_experts=3,
        expert_channels=(768, 1536),
        # as in the published code
        zero_init_residual=False,
    ),
    head=dict(
        type='SADEClsHead',
        in_channels=1536,
        num_experts=3,
        scale=30.0,
        tau=2.0,
    ),
)
