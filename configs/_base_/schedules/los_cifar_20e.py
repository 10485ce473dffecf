"""20 epochs at batch 64 for the classifier of LOS, cosine to 0.

SGD, learning rate 5e-4, no weight decay.
"""

_base_ = './cifar_200e.py'

optim_wrapper = dict(optimizer=dict(lr=5e-4, nesterov=False, weight_decay=0.0))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=20, by_epoch=True, begin=0, end=20),
]
train_cfg = dict(max_epochs=20)
auto_scale_lr = dict(base_batch_size=64)
