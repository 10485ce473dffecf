"""FCC (gamma 0.5, from epoch 50), ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet (20 epochs: with the overlay short).
Run: python tools/train.py configs/fcc/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=0.25),
    ],
)
