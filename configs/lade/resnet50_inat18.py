"""LADE (alpha 0.05, lambda 0.5), ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/lade/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/lade_inat18_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(loss=dict(type='LADELoss', alpha=0.05, strength=0.5)))
train_dataloader = dict(batch_size=256)
