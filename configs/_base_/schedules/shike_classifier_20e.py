"""20 epochs at batch 128 for the classifiers alone, second stage of SHIKE.

SGD without Nesterov momentum, weight decay 5e-4; learning rate from 0.0375 to
0.1 in the first six epochs, then a cosine to 0.
"""

_base_ = './sade_cifar_200e.py'

optim_wrapper = dict(optimizer=dict(nesterov=False))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.375, by_epoch=True, begin=0, end=6),
    dict(type='CosineAnnealingLR', T_max=15, by_epoch=True, begin=5, end=20),
]
train_cfg = dict(max_epochs=20)
