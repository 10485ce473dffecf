"""Class-balanced cross-entropy (beta 0.9),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 38.97 (Bag of Tricks, trick gallery).
Ours: 39.13, 40 epochs (results/README.md).
Run: python tools/train.py configs/cbce/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(type='ClassBalancedCELoss', beta=0.9)))
