"""DRW: focal loss, re-weighted from epoch 160 on,
ResNet-32 on CIFAR-100-LT, imbalance ratio 50.

Theirs (accuracy): 43.61 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/focal_resnet32_cifar100lt-ir50.py
"""

_base_ = './focal_resnet32_cifar100lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
