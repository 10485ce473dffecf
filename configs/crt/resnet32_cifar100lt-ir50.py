"""Classifier re-training (cRT) after cross-entropy.

ResNet-32 on CIFAR-100-LT, imbalance ratio 50.
Theirs (accuracy): 45.36 (Bag of Tricks trick gallery). Ours: not run yet.
Run: python tools/train.py configs/crt/resnet32_cifar100lt-ir50.py
"""

_base_ = './resnet32_cifar100lt.py'

first_stage = dict(config='mmlt::ce/resnet32_cifar100lt-ir50.py')
train_dataloader = dict(dataset=dict(imbalance_ratio=50))
