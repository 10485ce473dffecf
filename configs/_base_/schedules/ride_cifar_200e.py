"""200 epochs at batch 128, as in the published CIFAR config of RIDE.

Learning rate 0.1 after five epochs of warm-up from a fifth of it, a hundredth
after 160 and a ten-thousandth after 180 epochs.
"""

_base_ = './sade_cifar_200e.py'

param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[160, 180], gamma=0.01),
]
