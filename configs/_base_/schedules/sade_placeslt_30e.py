"""30 epochs at batch 128, as SADE's config for Places-LT.

Nesterov SGD, learning rate 0.01 for the classifiers and 0.001 for all the
rest, shared or not (`share_lr` in train_places.py, lines 67 to 84); a tenth
of both after 10 and again after 20 epochs, weight decay 4e-4.
"""

_base_ = './imagenetlt_200e.py'

optim_wrapper = dict(
    optimizer=dict(lr=0.01, weight_decay=4e-4),
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}),
)
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=True, milestones=[10, 20], gamma=0.1),
]
train_cfg = dict(max_epochs=30)
auto_scale_lr = dict(base_batch_size=128)
