"""Class-balanced focal loss (beta 0.9999, gamma 1),
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 75.20 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/cbfocal/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(
    head=dict(loss=dict(type='ClassBalancedFocalLoss', gamma=1.0, beta=0.9999))
)
