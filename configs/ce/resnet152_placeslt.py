"""Cross-entropy baseline, ResNet-152 on Places-LT.

Theirs (accuracy): 30.2 (BALMS README, softmax).
Ours: not run yet.
Run: python tools/train.py configs/ce/resnet152_placeslt.py
"""

_base_ = [
    '../_base_/models/resnet152_placeslt.py',
    '../_base_/datasets/placeslt.py',
    '../_base_/schedules/placeslt_30e.py',
    '../_base_/default_runtime.py',
]
