"""Class-balanced sampling.

ResNet-32 on CIFAR-10-LT, imbalance ratio 50.
Theirs (accuracy): 78.08 (Bag of Tricks trick gallery). Ours: not run yet.
Run: python tools/train.py configs/resampling/class-balanced_resnet32_cifar10lt-ir50.py
"""

_base_ = './class-balanced_resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
