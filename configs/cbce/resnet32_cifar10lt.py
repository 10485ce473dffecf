"""Class-balanced cross-entropy (beta 0.9999),
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 70.48 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/cbce/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(head=dict(loss=dict(type='ClassBalancedCELoss', beta=0.9999)))
