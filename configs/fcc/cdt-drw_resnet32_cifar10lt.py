"""FCC (gamma 0.5, from epoch 50) with CDT from epoch 160 on (DRW),
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/fcc/cdt-drw_resnet32_cifar10lt.py
"""

_base_ = '../drw/cdt_resnet32_cifar10lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=50),
    ],
)
