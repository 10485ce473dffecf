"""Tau-normalized classifier after cross-entropy, a test.

ResNet-50 on iNaturalist 2018.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/tau_norm/resnet50_inat18.py
"""

_base_ = '../ce/resnet50_inat18.py'

first_stage = dict(config='mmlt::ce/resnet50_inat18.py')
train_cfg = dict(max_epochs=0)  # nothing is trained: a test of stage 1
param_scheduler = []
model = dict(head=dict(type='TauNormClsHead', tau=0.7))
