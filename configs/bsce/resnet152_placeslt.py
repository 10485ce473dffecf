"""Balanced softmax, ResNet-152 on Places-LT.

Theirs (accuracy): 38.3 (BALMS README: with its meta sampler, another
schedule). Ours: not run yet.
Run: python tools/train.py configs/bsce/resnet152_placeslt.py
"""

_base_ = '../ce/resnet152_placeslt.py'

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
