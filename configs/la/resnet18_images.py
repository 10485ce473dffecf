"""Logit adjustment in training (tau 1), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/la/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(head=dict(loss=dict(type='LogitAdjustedLoss', tau=1.0)))
