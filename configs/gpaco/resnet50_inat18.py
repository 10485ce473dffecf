"""GPaCo (parametric contrast of two views), ResNet-50 on iNaturalist 2018.

Theirs (accuracy): 75.4 (README of the published code).
Ours: not run yet.
Run: python tools/train.py configs/gpaco/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18_two_views.py',
    '../_base_/schedules/gpaco_inat18_400e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='ParametricContrastClassifier',
    contrast=dict(type='ParametricContrast', alpha=0.05),
)
