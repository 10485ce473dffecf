"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics,
ResNet-50 on ImageNet-LT.

Theirs (accuracy): 52.7 (README of MiSLAS). Ours: not run yet.
Run: python tools/train.py configs/mislas/resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/mislas_imagenetlt_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::mislas/stage1_resnet50_imagenetlt.py')
model = dict(
    type='ShiftedNormClassifier',
    frozen=['backbone'],
    shift_bn=True,
    head=dict(
        type='LWSClsHead',
        loss=dict(
            type='LabelAwareSmoothLoss', head_smoothing=0.3, tail_smoothing=0.0
        ),
    ),
)
train_dataloader = dict(
    batch_size=256,
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
