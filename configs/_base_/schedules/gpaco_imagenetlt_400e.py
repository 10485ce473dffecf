"""400 epochs at batch 128, as GPaCo trains ImageNet-LT.

SGD without Nesterov momentum, learning rate 0.04 after ten epochs of warm-up
from a tenth of it, then a cosine that would reach 0 an epoch after the last,
weight decay 5e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(
    optimizer=dict(lr=0.04, nesterov=False, weight_decay=5e-4)
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=True, begin=0, end=10),
    dict(
        type='PublishedCosineLR', T_max=391, by_epoch=True, begin=10, end=400
    ),
]
train_cfg = dict(max_epochs=400)
auto_scale_lr = dict(base_batch_size=128)
