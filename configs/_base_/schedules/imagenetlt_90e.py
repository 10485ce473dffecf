"""90 epochs at batch 512, cosine to 0, as the vMF code trains ImageNet-LT.

The published code has 45 epochs of 256 images in two augmented views each:
512 a step, and as many steps. Learning rate 0.2, classifier 0.1.
"""

optim_wrapper = dict(
    type='AutocastOptimWrapper',
    optimizer=dict(type='SGD', lr=0.2, momentum=0.9, weight_decay=5e-4),
    paramwise_cfg=dict(custom_keys={'head': dict(lr_mult=0.5)}),
)
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=90, by_epoch=True, begin=0, end=90),
]
train_cfg = dict(by_epoch=True, max_epochs=90, val_interval=5)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=512)
