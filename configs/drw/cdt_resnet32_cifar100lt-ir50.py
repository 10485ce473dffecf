"""DRW: cross-entropy, CDT from epoch 160 on,
ResNet-32 on CIFAR-100-LT, imbalance ratio 50.

Theirs (accuracy): 46.80 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/cdt_resnet32_cifar100lt-ir50.py
"""

_base_ = './cdt_resnet32_cifar100lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
