"""Class-dependent temperatures (gamma 0.2),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 39.59 (Bag of Tricks, trick gallery).
Ours: 40.28, 40 epochs (results/README.md).
Run: python tools/train.py configs/cdt/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(type='CDTLoss', gamma=0.2)))
