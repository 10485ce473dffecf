"""First stage of MiSLAS: cross-entropy and mixup (alpha 0.2),
ResNet-50 on ImageNet-LT.

Theirs (accuracy): 45.5 (README of MiSLAS).
Ours: not run yet.
Run: python tools/train.py configs/mislas/stage1_resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/mislas_imagenetlt_180e.py',
    '../_base_/default_runtime.py',
]

data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=0.2))
train_dataloader = dict(batch_size=256)
