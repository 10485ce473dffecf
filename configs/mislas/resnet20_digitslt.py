"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics,
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/mislas/resnet20_digitslt.py
"""

_base_ = [
    '../_base_/models/resnet20_digits.py',
    '../_base_/datasets/digitslt.py',
    '../_base_/schedules/digits_classifier_8e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::mislas/stage1_resnet20_digitslt.py')
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
