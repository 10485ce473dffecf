"""Balanced softmax, ResNet-10 on ImageNet-LT.

Theirs (accuracy): 41.6 (BALMS README: with its meta sampler, another
schedule). Ours: not run yet.
Run: python tools/train.py configs/bsce/resnet10_imagenetlt.py
"""

_base_ = '../ce/resnet10_imagenetlt.py'

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
