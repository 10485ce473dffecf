"""100 epochs at batch 512, as Bag of Tricks trains ImageNet-LT.

Nesterov SGD, learning rate 0.2, a tenth of it from epoch 60 and again from
epoch 80 (counted from 1), no warm-up.
"""

_base_ = './imagenetlt_200e.py'

param_scheduler = [
    dict(type='MultiStepLR', by_epoch=True, milestones=[59, 79], gamma=0.1),
]
train_cfg = dict(max_epochs=100)
auto_scale_lr = dict(base_batch_size=512)
