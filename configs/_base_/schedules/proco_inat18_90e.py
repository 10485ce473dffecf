"""90 epochs at batch 256, cosine to 0, as ProCo trains iNaturalist 2018.

SGD without Nesterov momentum, learning rate 0.2, weight decay 1e-4.
"""

_base_ = './proco_imagenetlt_90e.py'

optim_wrapper = dict(optimizer=dict(lr=0.2, weight_decay=1e-4))
