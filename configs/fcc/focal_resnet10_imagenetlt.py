"""FCC (gamma 0.1, from epoch 50) with the focal loss,
ResNet-10 on ImageNet-LT.

tau follows the rank of a class; in the published code, its id. The published
config divides the learning rate by 100 twice, its twin without FCC by 10; here
both divide by 10.
Theirs (accuracy): not among our sources. Ours: not run yet.
Run: python tools/train.py configs/fcc/focal_resnet10_imagenetlt.py
"""

_base_ = '../focal/resnet10_imagenetlt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.1, begin=50, order='frequency'),
    ],
)
