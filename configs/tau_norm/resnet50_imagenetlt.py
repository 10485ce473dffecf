"""Tau-normalized classifier after cross-entropy, a test.

ResNet-50 on ImageNet-LT.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/tau_norm/resnet50_imagenetlt.py
"""

_base_ = '../ce/resnet50_imagenetlt.py'

first_stage = dict(config='mmlt::ce/resnet50_imagenetlt.py')
train_cfg = dict(max_epochs=0)  # nothing is trained: a test of stage 1
param_scheduler = []
model = dict(head=dict(type='TauNormClsHead', tau=0.7))
