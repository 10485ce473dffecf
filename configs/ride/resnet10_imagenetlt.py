"""RIDE without its router (three experts, diversity -0.2), ResNet-10
on ImageNet-LT.

Theirs (accuracy): none known to us without the router.
Ours: not run yet.
Run: python tools/train.py configs/ride/resnet10_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet10_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/ride_imagenetlt_100e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(type='MultiExpertResNet10', expert_channels=(192, 384)),
    head=dict(
        type='RIDEClsHead',
        in_channels=384,
        diversity_factor=-0.2,
        spread=0.02,
        loss=None,  # LDAM, re-weighted in the last fifth
    ),
)
train_dataloader = dict(batch_size=256)
