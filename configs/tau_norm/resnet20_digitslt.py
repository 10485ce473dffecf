"""Tau-normalized classifier after cross-entropy, a test.

ResNet-20 on DigitsLT, imbalance ratio 20.
Theirs: none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/tau_norm/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

first_stage = dict(config='mmlt::ce/resnet20_digitslt.py')
train_cfg = dict(max_epochs=0)  # nothing is trained: a test of stage 1
param_scheduler = []
model = dict(head=dict(type='TauNormClsHead', tau=1.0, bias=True))
