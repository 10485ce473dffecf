"""Tau-normalized classifier after cross-entropy, a test.

ResNet-18 on images of your own.
Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/tau_norm/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

first_stage = dict(config='mmlt::ce/resnet18_images.py', same_data=True)
train_cfg = dict(max_epochs=0)  # nothing is trained: a test of stage 1
param_scheduler = []
model = dict(head=dict(type='TauNormClsHead', tau=1.0, bias=True))
