"""RIDE without its router (three experts, diversity -0.2),
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/ride/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    backbone=dict(type='MultiExpertResNet', expert_channels=(192, 384)),
    head=dict(
        type='RIDEClsHead',
        in_channels=384,
        diversity_factor=-0.2,
        loss=None,  # LDAM, re-weighted in the last fifth
    ),
)
