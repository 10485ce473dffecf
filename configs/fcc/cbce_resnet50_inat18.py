"""FCC (gamma 0.1) with class-balanced cross-entropy,
ResNet-50 on iNaturalist 2018.

From the first epoch, as in the published config. It names ResNet-32 for CIFAR
as the network, most likely a slip. tau follows the rank of a class.
Theirs (accuracy): not among our sources. Ours: not run yet.
Run: python tools/train.py configs/fcc/cbce_resnet50_inat18.py
"""

_base_ = '../cbce/resnet50_inat18.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.1, begin=0, order='frequency'),
    ],
)
