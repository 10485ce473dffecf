"""200 epochs at batch 256, cosine to 1e-4, as NCL's config for ImageNet-LT.

Nesterov SGD, learning rate 0.2, weight decay 2e-4. The config says 64 a GPU:
256 on four. The schedule steps before the epoch, as published: the
last one has rate 1e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(optimizer=dict(weight_decay=2e-4))
param_scheduler = [
    dict(
        type='PublishedCosineLR',
        T_max=200,
        eta_min=1e-4,
        by_epoch=True,
        begin=0,
        end=200,
    ),
]
auto_scale_lr = dict(base_batch_size=256)
