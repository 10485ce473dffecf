"""Focal loss, one-vs-all (gamma 2),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 37.22 (Bag of Tricks, trick gallery).
Ours: 36.56, 40 epochs (results/README.md).
Run: python tools/train.py configs/focal/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(type='OneVsAllFocalLoss', gamma=2.0)))
