"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics,
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us. Ours: not run yet.
Run: python tools/train.py configs/mislas/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/mislas_cifar_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::mislas/stage1_resnet32_cifar10lt.py')
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
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'head.fc': dict(lr_mult=0.5)}),
)
