"""Class-balanced focal loss (beta 0.9, gamma 1),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 38.56 (Bag of Tricks, trick gallery).
Ours: 38.21, 40 epochs (results/README.md).
Run: python tools/train.py configs/cbfocal/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    head=dict(loss=dict(type='ClassBalancedFocalLoss', gamma=1.0, beta=0.9))
)
