"""SADE (three experts, tau 1), ResNet-152 on Places-LT.

Theirs (accuracy): 40.9 (README of SADE; softmax 31.4).
Ours: not run yet.
Run: python tools/train.py configs/sade/resnet152_placeslt.py
"""

_base_ = [
    '../_base_/models/sade_resnet152_placeslt.py',
    '../_base_/datasets/placeslt.py',
    '../_base_/schedules/sade_placeslt_30e.py',
    '../_base_/default_runtime.py',
]
