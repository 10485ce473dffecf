"""FCC (gamma 0.5, from epoch 10), ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: 92.00 (results/README.md).
Run: python tools/train.py configs/fcc/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=0.25),
    ],
)
