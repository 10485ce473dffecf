"""90 epochs at batch 512, cosine to 0, learning rate 0.2, classifier 0.1.

Rates and decay as the vMF code has them for ImageNet-LT, in 45 epochs of 256
images in two augmented views each: 512 a step, and as many steps. There a
rate lasts one of the 45 epochs (`every=2` in configs/vmf); here one of the
90, as in the first stage of cRT and LWS (Decoupling). Both step the schedule
before the epoch: the last one has rate 0.
"""

optim_wrapper = dict(
    type='AutocastOptimWrapper',
    optimizer=dict(type='SGD', lr=0.2, momentum=0.9, weight_decay=5e-4),
    paramwise_cfg=dict(custom_keys={'head': dict(lr_mult=0.5)}),
)
param_scheduler = [
    dict(type='PublishedCosineLR', T_max=90, by_epoch=True, begin=0, end=90),
]
train_cfg = dict(by_epoch=True, max_epochs=90, val_interval=5)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=512)
