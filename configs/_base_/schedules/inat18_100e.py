"""100 epochs at batch 128, as the published code of FCC trains iNat 2018.

Nesterov SGD, learning rate 0.2, a tenth of it from epoch 60 and again from
epoch 80 (counted from 1), no warm-up.
"""

_base_ = './imagenetlt_100e.py'

auto_scale_lr = dict(base_batch_size=128)
