"""SADE (three experts, tau 2), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/sade/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    backbone=dict(type='MultiExpertResNet', expert_channels=(192, 384)),
    head=dict(type='SADEClsHead', in_channels=384, scale=30.0, tau=2.0),
)
data_preprocessor = dict(
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomRotation', degrees=15),
    ],
)
