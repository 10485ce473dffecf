"""100 epochs at batch 256, cosine to 0, as BCL trains iNaturalist 2018.

SGD without Nesterov momentum, learning rate 0.2, weight decay 1e-4.
"""

_base_ = './proco_inat18_90e.py'

param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=100, by_epoch=True, begin=0, end=100),
]
train_cfg = dict(max_epochs=100)
