"""Mixup of images (alpha 1), ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 74.06 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/mixup/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/cifar_400e.py',
    '../_base_/default_runtime.py',
]

data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=1.0))
