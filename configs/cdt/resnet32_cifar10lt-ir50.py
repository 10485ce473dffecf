"""Class-dependent temperatures (gamma 0.2),
ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): 81.81 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/cdt/resnet32_cifar10lt-ir50.py
"""

_base_ = './resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
