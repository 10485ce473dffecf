"""Tau-normalized classifier after cross-entropy, a test.

ResNet-32 on CIFAR-10-LT, imbalance ratio 100.
Theirs (accuracy): 72.70 (Bag of Tricks trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/tau_norm/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

first_stage = dict(config='mmlt::ce/resnet32_cifar10lt.py')
train_cfg = dict(max_epochs=0)  # nothing is trained: a test of stage 1
param_scheduler = []
model = dict(head=dict(type='TauNormClsHead', tau=1.0, bias=True))
