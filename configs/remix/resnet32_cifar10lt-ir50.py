"""Remix (alpha 1, kappa 3, tau 0.5), ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): 79.26 (Bag of Tricks, trick gallery; one label weight per batch).
Ours: not run yet.
Run: python tools/train.py configs/remix/resnet32_cifar10lt-ir50.py
"""

_base_ = './resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
