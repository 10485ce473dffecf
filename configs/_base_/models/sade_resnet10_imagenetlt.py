"""Three experts on the shared first half of ResNet-10, for SADE.

Stem and two stages are shared; the other two exist once per expert, with 192
and 384 channels instead of 256 and 512: three quarters, as in the published
ResNeXt-50.
"""

_base_ = './resnet10_imagenetlt.py'

model = dict(
    backbone=dict(
        type='MultiExpertResNet10', num_experts=3, expert_channels=(192, 384)
    ),
    head=dict(
        type='SADEClsHead',
        in_channels=384,
        num_experts=3,
        scale=30.0,
        tau=2.0,
    ),
)
