"""400 epochs at batch 64, as in the published CIFAR configs of MDCS.

Nesterov SGD, learning rate 0.1 after 20 epochs of warm-up from a twentieth of
it, a tenth after 200, again after 320 and again after 380 epochs, weight
decay 5e-4.
"""

_base_ = './sade_cifar_200e.py'

param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, by_epoch=True, begin=0, end=20),
    dict(
        type='MultiStepLR',
        by_epoch=True,
        milestones=[200, 320, 380],
        gamma=0.1,
    ),
]
train_cfg = dict(max_epochs=400)
auto_scale_lr = dict(base_batch_size=64)
