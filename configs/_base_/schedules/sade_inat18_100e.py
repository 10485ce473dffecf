"""100 epochs at batch 512, as SADE's config for iNaturalist 2018.

Nesterov SGD, learning rate 0.2 after five epochs of warm-up from a fifth of
it, a tenth of it after 60 and again after 80 epochs, weight decay 2e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(optimizer=dict(weight_decay=2e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[60, 80], gamma=0.1),
]
train_cfg = dict(max_epochs=100)
auto_scale_lr = dict(base_batch_size=512)
