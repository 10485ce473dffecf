"""First stage of MiSLAS: cross-entropy and mixup (alpha 1),
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): 72.8 (README of MiSLAS).
Ours: not run yet.
Run: python tools/train.py configs/mislas/stage1_resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/mislas_cifar_200e.py',
    '../_base_/default_runtime.py',
]

data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=1.0))
