"""Manifold mixup (alpha 1, of the pooled features), ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 39.88 (Bag of Tricks, trick gallery).
Ours: 35.72, 40 epochs (results/README.md).
Run: python tools/train.py configs/manifold_mixup/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt.py',
    '../_base_/schedules/cifar_400e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    head=dict(num_classes=100),
    mixing=dict(type='ManifoldMixup', location='pool'),
)
