"""Balanced softmax, ResNet-50 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/bsce/resnet50_imagenetlt.py
"""

_base_ = '../ce/resnet50_imagenetlt.py'

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
