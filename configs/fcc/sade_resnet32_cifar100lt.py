"""SADE with linear classifiers and FCC (gamma 1.0, from epoch 50), CIFAR-100-LT.

SADE's own cosine classifiers would not see FCC. Imbalance ratio 100.

Theirs (accuracy): none known to us.
Ours: 39.99, 40 epochs (results/README.md).
Run: python tools/train.py configs/fcc/sade_resnet32_cifar100lt.py
"""

_base_ = '../sade/resnet32_cifar100lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=1.0, begin=0.25),
    ],
    head=dict(scale=None),
)
