"""Focal loss, one-vs-all (gamma 2),
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 71.56 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/focal/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(head=dict(loss=dict(type='OneVsAllFocalLoss', gamma=2.0)))
