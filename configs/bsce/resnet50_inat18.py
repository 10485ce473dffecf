"""Balanced softmax, ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/bsce/resnet50_inat18.py
"""

_base_ = '../ce/resnet50_inat18.py'

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
