"""Class-balanced cross-entropy (beta 0.9999),
ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): 77.48 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/cbce/resnet32_cifar10lt-ir50.py
"""

_base_ = './resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
