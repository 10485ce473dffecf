"""100 epochs for CMO on iNaturalist 2018, as its published code.

As on ImageNet-LT, but at 256 pairs, and a tenth of the learning rate after 75
epochs alone.
"""

_base_ = './cmo_imagenetlt_100e.py'

param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[75], gamma=0.1),
]
auto_scale_lr = dict(base_batch_size=512)
