"""400 epochs at batch 64, as in the published CIFAR-100 config of NCL.

Learning rate 0.1 after five epochs of warm-up from 7/15 of it, 0.01 from
epoch 320 and 0.001 from epoch 360 (counted from 1).
"""

_base_ = './cifar_200e.py'

param_scheduler = [
    dict(type='LinearLR', start_factor=7 / 15, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[319, 359], gamma=0.1),
]
train_cfg = dict(max_epochs=400)
auto_scale_lr = dict(base_batch_size=64)
