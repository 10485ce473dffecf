"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics,
ResNet-50 on iNaturalist 2018.

Theirs (accuracy): 71.6 (README of MiSLAS). Ours: not run yet.
Run: python tools/train.py configs/mislas/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/mislas_imagenetlt_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::mislas/stage1_resnet50_inat18.py')
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
optim_wrapper = dict(optimizer=dict(weight_decay=1e-4))
