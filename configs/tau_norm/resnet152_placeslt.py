"""Tau-normalized classifier after cross-entropy, a test.

ResNet-152 on Places-LT.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/tau_norm/resnet152_placeslt.py
"""

_base_ = '../ce/resnet152_placeslt.py'

first_stage = dict(config='mmlt::ce/resnet152_placeslt.py')
train_cfg = dict(max_epochs=0)  # nothing is trained: a test of stage 1
param_scheduler = []
model = dict(head=dict(type='TauNormClsHead', tau=0.7))
