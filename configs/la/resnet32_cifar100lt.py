"""Logit adjustment in training (tau 1),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): none known to us.
Ours: 44.14, 40 epochs (results/README.md).
Run: python tools/train.py configs/la/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(type='LogitAdjustedLoss', tau=1.0)))
