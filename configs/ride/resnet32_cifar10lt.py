"""RIDE without its router (three experts, diversity -0.45),
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/ride/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/ride_resnet32_cifar.py',
    '../_base_/datasets/cifar10lt_rotation.py',
    '../_base_/schedules/ride_cifar_200e.py',
    '../_base_/default_runtime.py',
]
