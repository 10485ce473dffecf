"""200 epochs at batch 256, as ProCo's published code for CIFAR-LT.

SGD without Nesterov momentum, weight decay 2e-4; learning rate 0.3 after five
epochs of warm-up from a fifth of it, a tenth after 160 and 180 epochs.
"""

_base_ = './sade_cifar_200e.py'

optim_wrapper = dict(optimizer=dict(lr=0.3, nesterov=False, weight_decay=2e-4))
auto_scale_lr = dict(base_batch_size=256)
