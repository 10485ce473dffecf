"""30 epochs at batch 128, as LADE's command for Places-LT.

Learning rate 0.05 for the classifier and 0.001 for the network, a tenth of
both from epochs 10, 20 and 30 (counted from 1); weight decay 5e-4.
"""

_base_ = './placeslt_30e.py'

optim_wrapper = dict(
    optimizer=dict(lr=0.05),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.02))),
)
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=True, milestones=[9, 19, 29], gamma=0.1),
]
