"""SADE (three experts, tau 2), ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): 49.8 (README of SADE).
Ours: 45.18 ± 0.33, 40 epochs (results/README.md).
Run: python tools/train.py configs/sade/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/sade_resnet32_cifar.py',
    '../_base_/datasets/cifar100lt_rotation.py',
    '../_base_/schedules/sade_cifar_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
