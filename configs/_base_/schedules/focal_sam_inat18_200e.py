"""200 epochs at batch 512 for Focal-SAM on iNaturalist 2018, cosine to 0.

SGD without Nesterov momentum, learning rate 0.2 without warm-up, weight decay
2e-4, as in the published command.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(
    type='SAMOptimWrapper',
    rho=0.2,
    optimizer=dict(nesterov=False, weight_decay=2e-4),
)
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=200, by_epoch=True, begin=0, end=200),
]
auto_scale_lr = dict(base_batch_size=512)
