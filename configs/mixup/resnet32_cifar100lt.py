"""Mixup of images (alpha 1), ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 40.82 (Bag of Tricks, trick gallery).
Ours: 33.40, 40 epochs (results/README.md).
Run: python tools/train.py configs/mixup/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt.py',
    '../_base_/schedules/cifar_400e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=1.0))
