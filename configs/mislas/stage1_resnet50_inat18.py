"""First stage of MiSLAS: cross-entropy and mixup (alpha 0.2),
ResNet-50 on iNaturalist 2018.

Theirs (accuracy): 66.9 (README of MiSLAS).
Ours: not run yet.
Run: python tools/train.py configs/mislas/stage1_resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/mislas_inat18_200e.py',
    '../_base_/default_runtime.py',
]

data_preprocessor = dict(
    augments=_base_.color_augments,
    mixing=dict(type='BatchMixup', alpha=0.2),
)
train_dataloader = dict(batch_size=256)
