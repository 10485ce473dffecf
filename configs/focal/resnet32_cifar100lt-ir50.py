"""Focal loss, one-vs-all (gamma 2),
ResNet-32 on CIFAR-100-LT, imbalance ratio 50.

Theirs (accuracy): 41.79 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/focal/resnet32_cifar100lt-ir50.py
"""

_base_ = './resnet32_cifar100lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
