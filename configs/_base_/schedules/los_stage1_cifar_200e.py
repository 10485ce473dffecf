"""200 epochs at batch 64, cosine to 0, for stage 1 of LOS.

SGD without Nesterov momentum and without warm-up, learning rate 0.01, weight
decay 5e-3.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(
    optimizer=dict(lr=0.01, nesterov=False, weight_decay=5e-3)
)
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=200, by_epoch=True, begin=0, end=200),
]
auto_scale_lr = dict(base_batch_size=64)
