"""LADE (alpha 0.05, lambda 0.5), ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/lade/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/lade_imagenetlt_180e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(loss=dict(type='LADELoss', alpha=0.05, strength=0.5)))
train_dataloader = dict(batch_size=256)
