"""First stage of SHIKE: experts of two depths that learn from each other,
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): 48.1 (log of the code, after 180 epochs).
Ours: not run yet.
Run: python tools/train.py configs/shike/stage1_resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/shike_resnet32_cifar.py',
    '../_base_/datasets/cifar100lt_autoaugment.py',
    '../_base_/schedules/shike_cifar_180e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(type='SHIKEClsHead', num_classes=100))
