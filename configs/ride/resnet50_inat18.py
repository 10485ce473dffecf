"""RIDE without its router (three experts, diversity -0.2), ResNet-50
on iNaturalist 2018.

Theirs (accuracy): none known to us without the router; 71.2 with it
(MODEL_ZOO of RIDE).
Ours: not run yet.
Run: python tools/train.py configs/ride/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/sade_inat18_100e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(type='MultiExpertResNet', expert_channels=(768, 1536)),
    head=dict(
        type='RIDEClsHead',
        in_channels=1536,
        diversity_factor=-0.2,
        spread=0.015,
        loss=None,  # LDAM, re-weighted in the last fifth
    ),
)
train_dataloader = dict(batch_size=512)
