"""Cross-entropy baseline, ResNet-10 on ImageNet-LT, schedule of Bag of Tricks.

Theirs (accuracy): 36.26 (Bag of Tricks README, "baselines using our codes").
Ours: not run yet.
Run: python tools/train.py configs/ce/resnet10_imagenetlt_100e.py
"""

_base_ = [
    '../_base_/models/resnet10_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/imagenetlt_100e.py',
    '../_base_/default_runtime.py',
]
