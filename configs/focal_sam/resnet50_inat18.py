"""Focal-SAM (rho 0.2, lambda 1.1, gamma 2) of logit adjustment,
ResNet-50 on iNaturalist 2018.

Theirs (accuracy): 71.8 (paper of Focal-SAM).
Ours: not run yet.
Run: python tools/train.py configs/focal_sam/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/focal_sam_inat18_200e.py',
    '../_base_/default_runtime.py',
]

loss = dict(
    _delete_=True,
    type='SharpnessWeightedLoss',
    loss=dict(type='LogitAdjustedLoss', tau=1.0),
    strength=1.1,
    power=2.0,
)
model = dict(head=dict(loss=loss))
train_dataloader = dict(batch_size=512)
