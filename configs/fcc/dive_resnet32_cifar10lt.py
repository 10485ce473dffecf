"""DiVE with FCC in the teacher alone, ResNet-32 on CIFAR-10-LT, ratio 100.

As in the published configs: the student is trained without FCC.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/fcc/dive_resnet32_cifar10lt.py
First train the teacher: configs/dive/teacher_resnet32_cifar10lt.py --with fcc
"""

_base_ = '../dive/resnet32_cifar10lt.py'

model = dict(
    teacher=dict(
        neck=[
            dict(type='GlobalAveragePooling'),
            dict(type='FCCNeck', gamma=0.5, begin=0.25),
        ],
    ),
    teacher_checkpoint='work_dirs/dive/teacher_resnet32_cifar10lt+fcc/epoch_200.pth',
)
