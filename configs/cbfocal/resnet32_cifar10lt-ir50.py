"""Class-balanced focal loss (beta 0.9999, gamma 2),
ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): 78.99 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/cbfocal/resnet32_cifar10lt-ir50.py
"""

_base_ = './resnet32_cifar10lt.py'

model = dict(head=dict(loss=dict(gamma=2.0)))
train_dataloader = dict(dataset=dict(imbalance_ratio=50))
