"""Manifold mixup (alpha 1, of the pooled features), ResNet-32 on CIFAR-100-LT, imbalance ratio 50.

Theirs (accuracy): 45.24 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/manifold_mixup/resnet32_cifar100lt-ir50.py
"""

_base_ = './resnet32_cifar100lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
