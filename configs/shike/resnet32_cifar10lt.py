"""SHIKE, second stage: new classifiers with balanced softmax,
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/shike/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/shike_resnet32_cifar.py',
    '../_base_/datasets/cifar10lt_autoaugment.py',
    '../_base_/schedules/shike_classifier_20e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::shike/stage1_resnet32_cifar10lt.py')
balanced = dict(type='BalancedSoftmaxLoss')
model = dict(frozen=['backbone'], head=dict(loss=balanced))
custom_hooks = [*_base_.custom_hooks, dict(type='FreshPartsHook')]
