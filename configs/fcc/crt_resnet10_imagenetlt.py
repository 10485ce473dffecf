"""FCC (gamma 0.1) with classifier re-training (cRT),
ResNet-10 on ImageNet-LT.

In the first stage from epoch 50; in the second from its beginning, as the
published config. tau follows the rank of a class; there, its id.
Theirs (accuracy): not among our sources. Ours: not run yet.
Run: python tools/train.py configs/fcc/crt_resnet10_imagenetlt.py
"""

_base_ = '../crt/resnet10_imagenetlt.py'

first_stage = dict(config='mmlt::fcc/resnet10_imagenetlt.py')
model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.1, begin=0, order='frequency'),
    ],
)
