"""200 epochs at batch 64 for Focal-SAM on CIFAR-LT, cosine to 0.

SGD without Nesterov momentum, learning rate 0.1 without warm-up, weight decay
1e-3; CIFAR-10-LT has 2e-4.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(
    type='SAMOptimWrapper',
    rho=0.3,
    optimizer=dict(nesterov=False, weight_decay=1e-3),
)
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=200, by_epoch=True, begin=0, end=200),
]
auto_scale_lr = dict(base_batch_size=64)
