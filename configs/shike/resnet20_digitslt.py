"""SHIKE, second stage: new classifiers with balanced softmax,
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/shike/resnet20_digitslt.py
"""

_base_ = [
    '../_base_/models/resnet20_digits.py',
    '../_base_/datasets/digitslt.py',
    '../_base_/schedules/digits_classifier_8e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::shike/stage1_resnet20_digitslt.py')
balanced = dict(type='BalancedSoftmaxLoss')
model = dict(
    backbone=dict(type='FusedExpertCIFARResNet'),
    frozen=['backbone'],
    head=dict(type='MultiExpertClsHead', scale=30.0, loss=balanced),
)
custom_hooks = [*_base_.custom_hooks, dict(type='FreshPartsHook')]
