"""First stage of SHIKE: experts of two depths that learn from each other,
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/shike/stage1_resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/shike_resnet32_cifar.py',
    '../_base_/datasets/cifar10lt_autoaugment.py',
    '../_base_/schedules/shike_cifar_180e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(type='SHIKEClsHead'))
