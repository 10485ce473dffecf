"""Remix (alpha 1, kappa 3, tau 0.5), ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 73.43 (Bag of Tricks, trick gallery; one label weight per batch).
Ours: not run yet.
Run: python tools/train.py configs/remix/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/cifar_400e.py',
    '../_base_/default_runtime.py',
]

data_preprocessor = dict(
    mixing=dict(type='BatchRemix', alpha=1.0, kappa=3.0, tau=0.5)
)
