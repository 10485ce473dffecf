"""Teacher of DiVE: balanced softmax, ResNet-32 on CIFAR-100-LT, ratio 100.

The rates of the published recipe of DiVE: 1e-3 from epoch 120 and 1e-5 from
epoch 160 (counted from 1).

Theirs (accuracy): none known to us for this schedule.
Ours: not run yet.
Run: python tools/train.py configs/dive/teacher_resnet32_cifar100lt.py
"""

_base_ = '../bsce/resnet32_cifar100lt.py'

param_scheduler = [
    dict(type='LinearLR', start_factor=7 / 15, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[119, 159], gamma=0.01),
]
