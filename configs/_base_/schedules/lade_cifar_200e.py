"""200 epochs at batch 256, as LADE's config for CIFAR-100-LT.

Learning rate 0.2 after five epochs of warm-up from 7/15 of it, 2e-3 from epoch
120 and 2e-5 from epoch 160 (counted from 1; 119 and 159 counted from 0); SGD
without Nesterov momentum, weight decay 5e-4.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(optimizer=dict(lr=0.2, nesterov=False, weight_decay=5e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=7 / 15, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[119, 159], gamma=0.01),
]
auto_scale_lr = dict(base_batch_size=256)
