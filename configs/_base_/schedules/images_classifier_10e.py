"""10 epochs for the classifier alone, on images of your own; ours."""

_base_ = './images_100e.py'

param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=10, by_epoch=True, begin=0, end=10),
]
train_cfg = dict(max_epochs=10)
