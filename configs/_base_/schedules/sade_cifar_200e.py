"""200 epochs at batch 128, as in the published CIFAR configs of SADE.

Learning rate 0.1 after five epochs of warm-up from a fifth of it, 0.01 and
0.001 after 160 and 180 epochs.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(optimizer=dict(weight_decay=5e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[160, 180], gamma=0.1),
]
