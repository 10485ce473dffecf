"""100 epochs at batch 256, as RIDE's configs for ImageNet-LT.

Nesterov SGD, learning rate 0.1 after five epochs of warm-up from a fifth of
it, a tenth after 60 and a hundredth after 80 epochs, weight decay 2e-4.
"""

_base_ = './imagenetlt_100e.py'

optim_wrapper = dict(optimizer=dict(lr=0.1, weight_decay=2e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[60, 80], gamma=0.1),
]
auto_scale_lr = dict(base_batch_size=256)
