"""200 epochs at batch 64 for the first stage of GCL on CIFAR-LT.

SGD without Nesterov momentum. Learning rate 0.1 after five epochs of warm-up
from a fifth of it, a tenth after 160 and again after 180 epochs, weight decay
2e-4.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(optimizer=dict(nesterov=False))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[160, 180], gamma=0.1),
]
auto_scale_lr = dict(base_batch_size=64)
