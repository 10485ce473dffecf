"""Focal-SAM (rho 0.1, then 0.2; lambda 0.8, gamma 0.8) of logit adjustment,
ResNet-50 on ImageNet-LT.

Theirs (accuracy): 54.3 (paper of Focal-SAM).
Ours: not run yet.
Run: python tools/train.py configs/focal_sam/resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/focal_sam_imagenetlt_200e.py',
    '../_base_/default_runtime.py',
]

loss = dict(
    _delete_=True,
    type='SharpnessWeightedLoss',
    loss=dict(type='LogitAdjustedLoss', tau=1.0),
    strength=0.8,
    power=0.8,
)
model = dict(head=dict(loss=loss))
train_dataloader = dict(batch_size=256)
