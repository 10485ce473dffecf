"""Focal-SAM (rho 0.3, lambda 0.8, gamma 3.2) of logit adjustment,
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): 44.0 (paper of Focal-SAM).
Ours: 40.64 ± 1.42, 40 epochs (results/README.md).
Run: python tools/train.py configs/focal_sam/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt.py',
    '../_base_/schedules/focal_sam_cifar_200e.py',
    '../_base_/default_runtime.py',
]

loss = dict(
    _delete_=True,
    type='SharpnessWeightedLoss',
    loss=dict(type='LogitAdjustedLoss', tau=1.0),
    strength=0.8,
    power=3.2,
)
model = dict(head=dict(num_classes=100, loss=loss))
train_dataloader = dict(batch_size=64)
