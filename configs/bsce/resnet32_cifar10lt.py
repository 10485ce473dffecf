"""Balanced softmax, ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 77.54 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/bsce/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
