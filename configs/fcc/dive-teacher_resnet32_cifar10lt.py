"""Teacher of DiVE with FCC (gamma 0.5, from epoch 50), CIFAR-10-LT, ratio 100.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/fcc/dive-teacher_resnet32_cifar10lt.py
"""

_base_ = '../dive/teacher_resnet32_cifar10lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=50),
    ],
)
