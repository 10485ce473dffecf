"""Class-balanced sampling.

ResNet-32 on CIFAR-100-LT, imbalance ratio 50.
Theirs (accuracy): 39.46 (Bag of Tricks trick gallery). Ours: not run yet.
Run: python tools/train.py configs/resampling/class-balanced_resnet32_cifar100lt-ir50.py
"""

_base_ = './class-balanced_resnet32_cifar100lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
