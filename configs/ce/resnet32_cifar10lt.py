"""Cross-entropy baseline, ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 71.95 (Bag of Tricks README, "baselines using our codes").
Ours: not run yet (20 epochs: with the overlay short).
Run: python tools/train.py configs/ce/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/cifar_200e.py',
    '../_base_/default_runtime.py',
]
