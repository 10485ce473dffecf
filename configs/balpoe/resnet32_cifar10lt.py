"""BalPoE (three experts, tau 0, 1 and 2, mixup 0.4),
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/balpoe/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt_rotation.py',
    '../_base_/schedules/sade_cifar_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(type='MultiExpertCIFARResNet', expert_channels=(32, 64)),
    head=dict(type='BalPoEClsHead', taus=(0.0, 1.0, 2.0), scale=30.0),
)
data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=0.4))
