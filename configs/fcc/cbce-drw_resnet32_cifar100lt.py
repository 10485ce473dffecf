"""FCC (gamma 1.0, from epoch 50) with class-balanced cross-entropy from epoch 160 on (DRW),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/fcc/cbce-drw_resnet32_cifar100lt.py
"""

_base_ = '../drw/cbce_resnet32_cifar100lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=1.0, begin=50),
    ],
)
