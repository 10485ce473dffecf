"""Cross-entropy baseline, ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): 44.4 (Decoupling README, joint training, 90 epochs, another
schedule). Ours: not run yet.
Run: python tools/train.py configs/ce/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/imagenetlt_90e.py',
    '../_base_/default_runtime.py',
]
