"""Focal-SAM (rho 0.2, lambda 0.5, gamma 3.0) of logit adjustment,
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/focal_sam/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

loss = dict(
    _delete_=True,
    type='SharpnessWeightedLoss',
    loss=dict(type='LogitAdjustedLoss', tau=1.0),
    strength=0.5,
    power=3.0,
)
model = dict(head=dict(loss=loss))
optim_wrapper = dict(type='SAMOptimWrapper', rho=0.2)
