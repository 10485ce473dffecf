"""180 epochs at batch 256, cosine to 0, as MDCS's configs for ImageNet-LT.

Nesterov SGD, learning rate 0.1, weight decay 5e-4.
"""

_base_ = './sade_imagenetlt_180e.py'

optim_wrapper = dict(optimizer=dict(lr=0.1))
auto_scale_lr = dict(base_batch_size=256)
