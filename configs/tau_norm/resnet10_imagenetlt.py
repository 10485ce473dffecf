"""Tau-normalized classifier after cross-entropy, a test.

ResNet-10 on ImageNet-LT.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/tau_norm/resnet10_imagenetlt.py
"""

_base_ = '../ce/resnet10_imagenetlt.py'

first_stage = dict(config='mmlt::ce/resnet10_imagenetlt.py')
train_cfg = dict(max_epochs=0)  # nothing is trained: a test of stage 1
param_scheduler = []
model = dict(head=dict(type='TauNormClsHead', tau=1.0, bias=True))
