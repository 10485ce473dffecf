"""Balanced softmax, ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/bsce/resnext50_imagenetlt.py
"""

_base_ = '../ce/resnext50_imagenetlt.py'

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
