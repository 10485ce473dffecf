"""Cross-entropy baseline, ResNet-50 on iNaturalist 2018.

Theirs (accuracy): 59.45 (Bag of Tricks README, "baselines using our codes").
Ours: not run yet.
Run: python tools/train.py configs/ce/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/inat18_100e.py',
    '../_base_/default_runtime.py',
]
