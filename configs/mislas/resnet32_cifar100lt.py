"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics,
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): 47.0, ECE 4.83 (README of MiSLAS). Ours: not run yet.
Run: python tools/train.py configs/mislas/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt.py',
    '../_base_/schedules/mislas_cifar_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::mislas/stage1_resnet32_cifar100lt.py')
model = dict(
    type='ShiftedNormClassifier',
    frozen=['backbone'],
    shift_bn=True,
    head=dict(
        type='LWSClsHead',
        num_classes=100,
        loss=dict(
            type='LabelAwareSmoothLoss', head_smoothing=0.4, tail_smoothing=0.1
        ),
    ),
)
train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
