"""FCC (gamma 0.5, from epoch 10) with Mixup, ResNet-20 on DigitsLT, imbalance ratio 20.

Not in the published code, which has FCC with Remix alone.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/fcc/mixup_resnet20_digitslt.py
"""

_base_ = '../mixup/resnet20_digitslt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=10),
    ],
)
