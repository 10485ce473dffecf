"""SADE (three experts, tau 2), ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): 58.8 (README of SADE; softmax 48.0).
Ours: not run yet.
Run: python tools/train.py configs/sade/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/sade_resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/sade_imagenetlt_180e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=64)
