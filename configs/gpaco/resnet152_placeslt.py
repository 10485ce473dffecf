"""GPaCo (parametric contrast of two views), ResNet-152 on Places-LT.

Theirs (accuracy): 41.7 (README of the published code).
Ours: not run yet.
Run: python tools/train.py configs/gpaco/resnet152_placeslt.py
"""

_base_ = [
    '../_base_/models/resnet152_last_convolutions_placeslt.py',
    '../_base_/datasets/placeslt_two_views.py',
    '../_base_/schedules/gpaco_placeslt_30e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='ParametricContrastClassifier',
    contrast=dict(type='ParametricContrast', alpha=0.02),
)
