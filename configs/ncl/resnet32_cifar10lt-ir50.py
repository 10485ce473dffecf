"""NCL (three networks), ResNet-32 on CIFAR-10-LT, ratio 50.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/ncl/resnet32_cifar10lt-ir50.py
"""

_base_ = './resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
