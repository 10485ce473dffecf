"""NCL with FCC (gamma 1.0, from epoch 50), ResNet-32 on CIFAR-100-LT.

Every one of the three networks is scaled. Imbalance ratio 100.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/fcc/ncl_resnet32_cifar100lt.py
"""

_base_ = '../ncl/resnet32_cifar100lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=1.0, begin=50),
    ],
)
