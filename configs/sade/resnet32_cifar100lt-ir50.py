"""SADE (three experts, tau 2), ResNet-32 on CIFAR-100-LT, ratio 50.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/sade/resnet32_cifar100lt-ir50.py
"""

_base_ = './resnet32_cifar100lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
