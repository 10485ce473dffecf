"""10 epochs at batch 256 for what DisAlign learns, cosine to 0.

As in the published config of DisAlign for ImageNet-LT: SGD, learning rate
0.1, weight decay 5e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(optimizer=dict(lr=0.1, nesterov=False, weight_decay=5e-4))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=10, by_epoch=True, begin=0, end=10),
]
train_cfg = dict(max_epochs=10)
auto_scale_lr = dict(base_batch_size=256)
