"""Three experts on the shared first half of ResNeXt-50, for SADE.

Stem and two stages are shared; the other two exist once per expert, with 768
and 1,536 channels instead of 1,024 and 2,048.
"""

_base_ = './resnext50_imagenetlt.py'

model = dict(
    backbone=dict(
        type='MultiExpertResNeXt',
        num_experts=3,
        expert_channels=(768, 1536),
    ),
    head=dict(
        type='SADEClsHead',
        in_channels=1536,
        num_experts=3,
        scale=30.0,
        tau=2.0,
    ),
)
