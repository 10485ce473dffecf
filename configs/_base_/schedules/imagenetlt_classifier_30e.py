"""30 epochs at batch 64 for the classifier alone, ResNet-10 on ImageNet-LT.

As in FCC's published configs for cRT: learning rate 0.1, a tenth of it from
epoch 10 and again from epoch 20 (counted from 1), no warm-up, weight decay
5e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(optimizer=dict(lr=0.1, weight_decay=5e-4))
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=True, milestones=[9, 19], gamma=0.1),
]
train_cfg = dict(max_epochs=30)
