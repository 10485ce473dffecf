"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics,
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/mislas/resnet20_digitslt.py
"""

_base_ = '../lws/resnet20_digitslt.py'

first_stage = dict(config='mmlt::mixup/resnet20_digitslt.py')
smoothing = dict(
    type='LabelAwareSmoothLoss', head_smoothing=0.3, tail_smoothing=0.0
)
model = dict(
    type='ShiftedNormClassifier',
    frozen=['backbone'],
    shift_bn=True,
    head=dict(loss=smoothing),
)
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'head.fc': dict(lr_mult=0.5)}),
)
