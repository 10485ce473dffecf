"""Logit adjustment in training (tau 1),
ResNet-32 on CIFAR-100-LT, imbalance ratio 50.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/la/resnet32_cifar100lt-ir50.py
"""

_base_ = './resnet32_cifar100lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
