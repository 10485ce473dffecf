"""30 epochs at batch 128, as GPaCo trains Places-LT.

SGD without Nesterov momentum, learning rate 0.02 after five epochs of warm-up
from a fifth of it, then a cosine that would reach 0 an epoch after the last,
weight decay 5e-4.
"""

_base_ = './gpaco_imagenetlt_400e.py'

optim_wrapper = dict(optimizer=dict(lr=0.02))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='PublishedCosineLR', T_max=26, by_epoch=True, begin=5, end=30),
]
train_cfg = dict(max_epochs=30)
