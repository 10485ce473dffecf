"""RIDE without its router (three experts, diversity -0.45),
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): none known to us without the router; 48.6 with it
(MODEL_ZOO of RIDE). Ours: 45.11 ± 0.74, 40 epochs (results/README.md).
Run: python tools/train.py configs/ride/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/ride_resnet32_cifar.py',
    '../_base_/datasets/cifar100lt_rotation.py',
    '../_base_/schedules/ride_cifar_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
