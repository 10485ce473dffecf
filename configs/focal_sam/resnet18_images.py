"""Focal-SAM (rho 0.05, lambda 0.5, gamma 3.0) of logit adjustment,
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/focal_sam/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

loss = dict(
    _delete_=True,
    type='SharpnessWeightedLoss',
    loss=dict(type='LogitAdjustedLoss', tau=1.0),
    strength=0.5,
    power=3.0,
)
model = dict(head=dict(loss=loss))
optim_wrapper = dict(type='SAMOptimWrapper', rho=0.05)
