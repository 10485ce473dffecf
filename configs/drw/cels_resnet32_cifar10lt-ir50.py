"""DRW: cross-entropy, label smoothing from epoch 160 on,
ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): none; their row is cels throughout, see README.md.
Ours: not run yet.
Run: python tools/train.py configs/drw/cels_resnet32_cifar10lt-ir50.py
"""

_base_ = './cels_resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
