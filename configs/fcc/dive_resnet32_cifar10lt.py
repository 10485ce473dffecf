"""DiVE with FCC in the teacher alone, ResNet-32 on CIFAR-10-LT, ratio 100.

As in the published configs: the student is trained without FCC.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/fcc/dive_resnet32_cifar10lt.py
"""

_base_ = '../dive/resnet32_cifar10lt.py'

_neck = [
    dict(type='GlobalAveragePooling'),
    dict(type='FCCNeck', gamma=0.5, begin=0.25),
]
first_stage = dict(model=dict(neck=_neck))
model = dict(teacher=dict(neck=_neck))
