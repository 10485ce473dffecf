"""Three experts on the shared first half of ResNet-152, for SADE.

Stem and two stages are shared; the other two exist once per expert, as wide
as the plain network's: each expert begins with its pre-trained weights.
"""

_base_ = './resnet152_placeslt.py'

model = dict(
    backbone=dict(type='MultiExpertResNet', num_experts=3),
    head=dict(type='SADEClsHead', num_experts=3, scale=30.0, tau=1.0),
)
