"""30 epochs for the classifier alone, second stage of cRT and LWS.

As in the published code: learning rate 0.1 after five epochs of warm-up,
a tenth from epoch 10 and a hundredth from epoch 20 (counted from 1), weight
decay 5e-4.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(optimizer=dict(weight_decay=5e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=7 / 15, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[9, 19], gamma=0.1),
]
train_cfg = dict(max_epochs=30)
