"""100 epochs at batch 512, cosine to 0, as BalPoE's config for iNaturalist 2018.

Nesterov SGD, learning rate 0.2, weight decay 2e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(optimizer=dict(weight_decay=2e-4))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=100, by_epoch=True, begin=0, end=100),
]
train_cfg = dict(max_epochs=100)
auto_scale_lr = dict(base_batch_size=512)
