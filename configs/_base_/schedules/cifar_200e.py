"""200 epochs at batch 128, as in the published code of FCC.

Nesterov SGD with weight decay on every parameter. Learning rate 0.1 after
five epochs of warm-up from 7/15 of it, 1e-3 from epoch 160 and 1e-5 from
epoch 180 (counted from 1; 159 and 179 counted from 0).
"""

optim_wrapper = dict(
    type='AutocastOptimWrapper',
    optimizer=dict(
        type='SGD',
        lr=0.1,
        momentum=0.9,
        nesterov=True,
        weight_decay=2e-4,
        fused=True,
    ),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=7 / 15, by_epoch=True, begin=0, end=5),
    dict(type='MultiStepLR', by_epoch=True, milestones=[159, 179], gamma=0.01),
]
train_cfg = dict(by_epoch=True, max_epochs=200, val_interval=1)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=128)
