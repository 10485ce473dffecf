"""30 epochs at batch 256 from pre-trained networks, as NCL's config.

Nesterov SGD, learning rate 0.02 for every part after five epochs of warm-up
from 7/15 of it, a tenth of it from epoch 10 and again from epoch 20 (counted
from 1), weight decay 2e-4. The config says 32 a GPU, not on how many: 256 on
eight, the number in its README's command for iNaturalist.
"""

_base_ = './ncl_imagenetlt_200e.py'

optim_wrapper = dict(optimizer=dict(lr=0.02))
param_scheduler = [
    dict(type='LinearLR', start_factor=7 / 15, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[9, 19], gamma=0.1),
]
train_cfg = dict(max_epochs=30)
