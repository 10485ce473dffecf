"""Balanced softmax, ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 42.99 (Bag of Tricks, trick gallery).
Ours: 41.67 (results/README.md).
Run: python tools/train.py configs/bsce/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
