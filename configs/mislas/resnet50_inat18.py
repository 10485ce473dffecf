"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics,
ResNet-50 on iNaturalist 2018.

Theirs (accuracy): 71.6 (README of MiSLAS).
Ours: not run yet.
Run: python tools/train.py configs/mislas/resnet50_inat18.py
"""

_base_ = '../lws/resnet50_inat18.py'

first_stage = dict(config='mmlt::mislas/stage1_resnet50_inat18.py')
smoothing = dict(
    type='LabelAwareSmoothLoss', head_smoothing=0.3, tail_smoothing=0.0
)
model = dict(
    type='ShiftedNormClassifier',
    frozen=['backbone'],
    shift_bn=True,
    head=dict(loss=smoothing),
)
data_preprocessor = dict(augments=_base_.color_augments)
optim_wrapper = dict(
    optimizer=dict(lr=0.1),
    paramwise_cfg=dict(custom_keys={'head.fc': dict(lr_mult=0.05)}),
)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=10, end=10)]
train_cfg = dict(max_epochs=10)
train_dataloader = dict(batch_size=256)
auto_scale_lr = dict(base_batch_size=256)
