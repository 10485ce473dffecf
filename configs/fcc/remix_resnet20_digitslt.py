"""FCC (gamma 0.5, from epoch 10) with Remix, ResNet-20 on DigitsLT, imbalance ratio 20.

The published code has it on CIFAR-100-LT alone.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/fcc/remix_resnet20_digitslt.py
"""

_base_ = '../remix/resnet20_digitslt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=10),
    ],
)
