"""DRW: focal loss, re-weighted from epoch 160 on,
ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): 79.32 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/focal_resnet32_cifar10lt-ir50.py
"""

_base_ = './focal_resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
