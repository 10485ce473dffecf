"""Cross-entropy baseline, ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): 76.45 (Bag of Tricks README, "baselines using our codes").
Ours: not run yet.
Run: python tools/train.py configs/ce/resnet32_cifar10lt-ir50.py
"""

_base_ = './resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
