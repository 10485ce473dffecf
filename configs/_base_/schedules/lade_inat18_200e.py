"""200 epochs at batch 256, cosine to 0, as LADE's config for iNaturalist 2018.

SGD without Nesterov momentum, learning rate 0.1, weight decay 1e-4.
"""

_base_ = './lade_imagenetlt_180e.py'

optim_wrapper = dict(optimizer=dict(lr=0.1, weight_decay=1e-4))
param_scheduler = [
    dict(type='PublishedCosineLR', T_max=200, by_epoch=True, begin=0, end=200),
]
train_cfg = dict(max_epochs=200)
