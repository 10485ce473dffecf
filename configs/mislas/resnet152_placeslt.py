"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics
of the last block, ResNet-152 on Places-LT.

Theirs (accuracy): 40.4 (README of MiSLAS).
Ours: not run yet.
Run: python tools/train.py configs/mislas/resnet152_placeslt.py
"""

_base_ = '../lws/resnet152_placeslt.py'

first_stage = dict(config='mmlt::mislas/stage1_resnet152_placeslt.py')
smoothing = dict(
    type='LabelAwareSmoothLoss', head_smoothing=0.4, tail_smoothing=0.1
)
model = dict(
    type='ShiftedNormClassifier',
    frozen=['backbone'],
    shift_bn=['backbone.layer4.2'],
    head=dict(loss=smoothing),
)
optim_wrapper = dict(
    optimizer=dict(lr=0.1),
    paramwise_cfg=dict(custom_keys={'head.fc': dict(lr_mult=0.05)}),
)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=10, end=10)]
train_cfg = dict(max_epochs=10)
