"""SADE (three experts, tau 1), ResNet-50 on iNaturalist 2018.

Theirs (accuracy): 72.9 (README of SADE; softmax 64.7).
Ours: not run yet.
Run: python tools/train.py configs/sade/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/sade_resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/sade_inat18_100e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=512)
