"""Logit adjustment in training (tau 1),
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/la/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(head=dict(loss=dict(type='LogitAdjustedLoss', tau=1.0)))
