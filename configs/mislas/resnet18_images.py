"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics,
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/mislas/resnet18_images.py
"""

_base_ = '../lws/resnet18_images.py'

first_stage = dict(config='mmlt::mixup/resnet18_images.py')
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
    paramwise_cfg=dict(custom_keys={'head.fc': dict(lr_mult=0.05)}),
)
