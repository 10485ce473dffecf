"""CUDA (augmentation by what the network gets right), cross-entropy,
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/cuda/ce_resnet32_cifar100lt.py
"""

_base_ = './resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(_delete_=True, type='CrossEntropyLoss')))
