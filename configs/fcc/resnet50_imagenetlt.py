"""FCC, ResNet-50 on ImageNet-LT.

The paper's code has no such recipe: gamma is that of ResNet-10, and `begin`
its share of the schedule (50 of 200 epochs). tau follows the rank of a class.
Theirs (accuracy): not among our sources. Ours: not run yet.
Run: python tools/train.py configs/fcc/resnet50_imagenetlt.py
"""

_base_ = '../ce/resnet50_imagenetlt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.1, begin=22, order='frequency'),
    ],
)
