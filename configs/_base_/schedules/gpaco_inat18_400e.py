"""400 epochs at batch 128, as GPaCo trains iNaturalist 2018.

As on ImageNet-LT, with weight decay 1e-4.
"""

_base_ = './gpaco_imagenetlt_400e.py'

optim_wrapper = dict(optimizer=dict(weight_decay=1e-4))
