"""10 epochs of MiSLAS's second stage on CIFAR-LT, cosine to 0.

SGD, learning rate 0.1 for the scales and `lr_mult` of it for the classifier,
weight decay 2e-4.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(
    optimizer=dict(nesterov=False),
    paramwise_cfg=dict(custom_keys={'head.fc': dict(lr_mult=0.2)}),
)
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=10, by_epoch=True, begin=0, end=10),
]
train_cfg = dict(max_epochs=10)
