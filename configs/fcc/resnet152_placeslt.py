"""FCC (gamma 0.1, from epoch 7), ResNet-152 on Places-LT.

The paper's code has no such recipe: gamma is that of the other large data sets,
and `begin` has the share of ResNet-10's schedule. tau follows the rank of a class.
Theirs (accuracy): not among our sources. Ours: not run yet.
Run: python tools/train.py configs/fcc/resnet152_placeslt.py
"""

_base_ = '../ce/resnet152_placeslt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.1, begin=7, order='frequency'),
    ],
)
