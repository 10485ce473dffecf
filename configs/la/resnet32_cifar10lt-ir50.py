"""Logit adjustment in training (tau 1),
ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/la/resnet32_cifar10lt-ir50.py
"""

_base_ = './resnet32_cifar10lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
