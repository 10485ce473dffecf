"""MDCS (three experts, consistency 0.6), ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/mdcs/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt_weak_strong.py',
    '../_base_/schedules/mdcs_imagenetlt_180e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='TwoViewClassifier',
    backbone=dict(type='MultiExpertResNeXt', expert_channels=(768, 1536)),
    head=dict(
        type='MDCSClsHead',
        in_channels=1536,
        warmup=20 / 180,  # epoch 20
    ),
)
train_dataloader = dict(batch_size=256)
