"""BalPoE (three experts, tau 0, 1.25 and 2.5, mixup 0.3),
ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): none known to us with this schedule.
Ours: not run yet.
Run: python tools/train.py configs/balpoe/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/sade_imagenetlt_180e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(type='MultiExpertResNeXt'),
    head=dict(type='BalPoEClsHead', taus=(0.0, 1.25, 2.5), scale=30.0),
)
data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=0.3))
train_dataloader = dict(batch_size=64)
