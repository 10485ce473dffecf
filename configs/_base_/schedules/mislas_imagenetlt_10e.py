"""10 epochs of MiSLAS's second stage on ImageNet-LT, cosine to 0.

SGD at batch 256, learning rate 0.1 for the scales and a twentieth of it for
the classifier, weight decay 5e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(
    optimizer=dict(lr=0.1, nesterov=False, weight_decay=5e-4),
    paramwise_cfg=dict(custom_keys={'head.fc': dict(lr_mult=0.05)}),
)
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=10, by_epoch=True, begin=0, end=10),
]
train_cfg = dict(max_epochs=10)
auto_scale_lr = dict(base_batch_size=256)
