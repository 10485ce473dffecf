"""400 epochs at batch 128, as PaCo's published code for CIFAR-100-LT.

SGD without Nesterov momentum, learning rate 0.05 after ten epochs of warm-up
from a tenth of it, a tenth after 321 and a hundredth after 361 epochs, weight
decay 5e-4.
"""

_base_ = './sade_cifar_200e.py'

optim_wrapper = dict(optimizer=dict(lr=0.05, nesterov=False))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=True, begin=0, end=10),
    dict(type='MultiStepLR', by_epoch=True, milestones=[321, 361], gamma=0.1),
]
train_cfg = dict(max_epochs=400)
