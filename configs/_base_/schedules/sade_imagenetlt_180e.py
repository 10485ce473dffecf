"""180 epochs at batch 64, cosine to 0, as SADE's config for ImageNet-LT.

Nesterov SGD, learning rate 0.025, weight decay 5e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(optimizer=dict(lr=0.025, weight_decay=5e-4))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=180, by_epoch=True, begin=0, end=180),
]
train_cfg = dict(max_epochs=180)
