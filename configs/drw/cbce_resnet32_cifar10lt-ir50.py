"""DRW: cross-entropy, class-balanced CE from epoch 160 on,
ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): 79.35 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/cbce_resnet32_cifar10lt-ir50.py
"""

_base_ = './cbce_resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
