"""Focal loss, one-vs-all (gamma 2), ResNet-10 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/focal/resnet10_imagenetlt.py
"""

_base_ = '../ce/resnet10_imagenetlt.py'

model = dict(head=dict(loss=dict(type='OneVsAllFocalLoss', gamma=2.0)))
