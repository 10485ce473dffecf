"""200 epochs at batch 128 for CUDA on CIFAR-LT, as its published code.

The learning rates of CMO's schedule, for 128 single images.
"""

_base_ = './cmo_cifar_200e.py'

auto_scale_lr = dict(base_batch_size=128)
