"""200 epochs at batch 256 for Focal-SAM on ImageNet-LT, cosine to 0.

SGD without Nesterov momentum, learning rate 0.1 without warm-up, weight decay
5e-4. The step up has a length of 0.1, and of 0.2 from epoch 160 on (counted
from 1).
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(
    type='SAMOptimWrapper',
    rho=0.1,
    optimizer=dict(lr=0.1, nesterov=False, weight_decay=5e-4),
)
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=200, by_epoch=True, begin=0, end=200),
    dict(
        type='MultiStepParamScheduler',
        param_name='rho',
        by_epoch=True,
        milestones=[159],
        gamma=2.0,
    ),
]
auto_scale_lr = dict(base_batch_size=256)
