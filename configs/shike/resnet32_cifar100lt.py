"""SHIKE, second stage: new classifiers with balanced softmax,
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): 56.34 (log of the code).
Ours: 43.30 ± 1.20, 40 epochs (results/README.md).
Run: python tools/train.py configs/shike/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/shike_resnet32_cifar.py',
    '../_base_/datasets/cifar100lt_autoaugment.py',
    '../_base_/schedules/shike_classifier_20e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::shike/stage1_resnet32_cifar100lt.py')
balanced = dict(type='BalancedSoftmaxLoss')
model = dict(frozen=['backbone'], head=dict(num_classes=100, loss=balanced))
custom_hooks = [*_base_.custom_hooks, dict(type='FreshPartsHook')]
