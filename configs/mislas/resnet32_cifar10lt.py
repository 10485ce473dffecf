"""MiSLAS, second stage after mixup: label-aware smoothing,
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): 82.5 (README of MiSLAS).
Ours: not run yet.
Run: python tools/train.py configs/mislas/resnet32_cifar10lt.py
"""

_base_ = '../lws/resnet32_cifar10lt.py'

first_stage = dict(config='mmlt::mislas/stage1_resnet32_cifar10lt.py')
smoothing = dict(
    type='LabelAwareSmoothLoss', head_smoothing=0.3, tail_smoothing=0.0
)
model = dict(
    type='ShiftedNormClassifier',
    frozen=['backbone'],
    shift_bn=False,
    head=dict(loss=smoothing),
)
optim_wrapper = dict(
    optimizer=dict(nesterov=False, weight_decay=2e-4),
    paramwise_cfg=dict(custom_keys={'head.fc': dict(lr_mult=0.5)}),
)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=10, end=10)]
train_cfg = dict(max_epochs=10)
