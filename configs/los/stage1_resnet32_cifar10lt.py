"""First stage of LOS: cross-entropy, weight decay 5e-3,
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us with this network.
Ours: not run yet.
Run: python tools/train.py configs/los/stage1_resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/los_stage1_cifar_200e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=64)
