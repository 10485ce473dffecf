"""BalPoE (three experts, tau -1, 1 and 3, mixup 0.2),
ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us with this schedule.
Ours: not run yet.
Run: python tools/train.py configs/balpoe/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/balpoe_inat18_100e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(type='MultiExpertResNet'),
    head=dict(type='BalPoEClsHead', taus=(-1.0, 1.0, 3.0), scale=30.0),
)
data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=0.2))
train_dataloader = dict(batch_size=512)
