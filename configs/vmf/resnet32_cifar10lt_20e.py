"""vMF classifier, CIFAR-10-LT, the schedule scaled to a tenth.

20 epochs instead of 200, for a result in half an hour on two CPU cores; not
comparable with the 200 epochs of other recipes. Ours: results/README.md.
Run: python tools/train.py configs/vmf/resnet32_cifar10lt_20e.py
"""

_base_ = './resnet32_cifar10lt.py'

param_scheduler = [
    dict(type='LinearLR', start_factor=7 / 15, by_epoch=True, begin=0, end=2),
    dict(type='MultiStepLR', by_epoch=True, milestones=[16, 18], gamma=0.01),
]
train_cfg = dict(max_epochs=20, val_interval=5)
