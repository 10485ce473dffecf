"""10 epochs for what DisAlign learns, cosine to 0.

The settings that are published for ImageNet-LT, learning rate 0.1 and weight
decay 5e-4, at batch 128; that they serve on CIFAR-LT is our guess.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(optimizer=dict(nesterov=False, weight_decay=5e-4))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=10, by_epoch=True, begin=0, end=10),
]
train_cfg = dict(max_epochs=10)
