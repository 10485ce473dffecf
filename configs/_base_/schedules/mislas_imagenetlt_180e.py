"""180 epochs at batch 256, cosine to 0, for stage 1 of MiSLAS on ImageNet-LT.

SGD without Nesterov momentum, learning rate 0.1, weight decay 5e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(optimizer=dict(lr=0.1, nesterov=False, weight_decay=5e-4))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=180, by_epoch=True, begin=0, end=180),
]
train_cfg = dict(max_epochs=180)
auto_scale_lr = dict(base_batch_size=256)
