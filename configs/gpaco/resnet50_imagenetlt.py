"""GPaCo (parametric contrast of two views), ResNet-50 on ImageNet-LT.

Theirs (accuracy): 58.5 (README of the published code).
Ours: not run yet.
Run: python tools/train.py configs/gpaco/resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet50_imagenetlt.py',
    '../_base_/datasets/imagenetlt_two_views.py',
    '../_base_/schedules/gpaco_imagenetlt_400e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='ParametricContrastClassifier',
    contrast=dict(type='ParametricContrast', alpha=0.045),
)
