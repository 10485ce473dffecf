"""Focal-SAM (rho 0.2, lambda 0.5, gamma 3.0) of logit adjustment,
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/focal_sam/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/focal_sam_cifar_200e.py',
    '../_base_/default_runtime.py',
]

loss = dict(
    _delete_=True,
    type='SharpnessWeightedLoss',
    loss=dict(type='LogitAdjustedLoss', tau=1.0),
    strength=0.5,
    power=3.0,
)
model = dict(head=dict(loss=loss))
optim_wrapper = dict(rho=0.2, optimizer=dict(weight_decay=2e-4))
train_dataloader = dict(batch_size=64)
