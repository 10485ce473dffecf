"""200 epochs for CMO on CIFAR-LT, as its published code.

SGD without Nesterov momentum, learning rate 0.1 after five epochs of warm-up
from a fifth of it, a hundredth after 160 and a ten-thousandth after 180
epochs, weight decay 2e-4. A batch of 256 is 128 pairs.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(optimizer=dict(nesterov=False))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[160, 180], gamma=0.01),
]
auto_scale_lr = dict(base_batch_size=256)
