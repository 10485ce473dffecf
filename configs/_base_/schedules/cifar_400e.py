"""400 epochs at batch 128: the schedule of the published mixup recipes.

Learning rate as in cifar_200e.py, but 1e-3 from epoch 320 and 1e-5 from epoch
360 (counted from 1; 319 and 359 counted from 0).
"""

_base_ = './cifar_200e.py'

param_scheduler = [
    dict(type='LinearLR', start_factor=7 / 15, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[319, 359], gamma=0.01),
]
train_cfg = dict(max_epochs=400)
