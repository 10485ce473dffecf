"""180 epochs at batch 128, first stage of SHIKE's published code.

SGD without Nesterov momentum, weight decay 5e-4; learning rate from 0.025 to
0.15 in the first six epochs, then a cosine to 0.
"""

_base_ = './sade_cifar_200e.py'

optim_wrapper = dict(optimizer=dict(lr=0.15, nesterov=False))
param_scheduler = [
    dict(type='LinearLR', start_factor=1 / 6, by_epoch=True, begin=0, end=6),
    dict(type='CosineAnnealingLR', T_max=175, by_epoch=True, begin=5, end=180),
]
train_cfg = dict(max_epochs=180)
