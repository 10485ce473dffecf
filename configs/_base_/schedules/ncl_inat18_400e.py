"""400 epochs at batch 512, cosine to 1e-4, as NCL's config for iNaturalist.

The config says 64 a GPU, its README eight of them; another state of the config
says 32.
"""

_base_ = './ncl_imagenetlt_200e.py'

param_scheduler = [
    dict(
        type='PublishedCosineLR',
        T_max=400,
        eta_min=1e-4,
        by_epoch=True,
        begin=0,
        end=400,
    ),
]
train_cfg = dict(max_epochs=400)
auto_scale_lr = dict(base_batch_size=512)
