"""Cross-entropy baseline, ResNet-32 on CIFAR-100-LT, imbalance ratio 50.

Theirs (accuracy): 43.78 (Bag of Tricks README, "baselines using our codes").
Ours: not run yet.
Run: python tools/train.py configs/ce/resnet32_cifar100lt-ir50.py
"""

_base_ = './resnet32_cifar100lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
