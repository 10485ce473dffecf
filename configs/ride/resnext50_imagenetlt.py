"""RIDE without its router (three experts, diversity -0.2), ResNeXt-50
on ImageNet-LT.

Theirs (accuracy): none known to us without the router; 55.7 with it
(MODEL_ZOO of RIDE).
Ours: not run yet.
Run: python tools/train.py configs/ride/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/ride_imagenetlt_100e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(type='MultiExpertResNeXt', expert_channels=(768, 1536)),
    head=dict(
        type='RIDEClsHead',
        in_channels=1536,
        diversity_factor=-0.2,
        spread=0.02,
        loss=None,  # LDAM, re-weighted in the last fifth
    ),
)
train_dataloader = dict(batch_size=256)
