"""20 epochs at batch 128 for LIFT on iNaturalist 2018."""

_base_ = './lift_10e.py'

param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=20, by_epoch=True, begin=0, end=20),
]
train_cfg = dict(max_epochs=20)
