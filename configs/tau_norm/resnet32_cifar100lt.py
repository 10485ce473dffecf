"""Tau-normalized classifier after cross-entropy, a test.

ResNet-32 on CIFAR-100-LT, imbalance ratio 100.
Theirs (accuracy): 40.96 (Bag of Tricks trick gallery).
Ours: 39.63, 40 epochs (results/README.md).
Run: python tools/train.py configs/tau_norm/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

first_stage = dict(config='mmlt::ce/resnet32_cifar100lt.py')
train_cfg = dict(max_epochs=0)  # nothing is trained: a test of stage 1
param_scheduler = []
model = dict(head=dict(type='TauNormClsHead', tau=1.0, bias=True))
