"""200 epochs at batch 64, as the published code of FCC trains ImageNet-LT.

Nesterov SGD, learning rate 0.2, a tenth of it from epoch 160 and again from
epoch 180 (counted from 1; 159 and 179 counted from 0), no warm-up, weight
decay on every parameter.

The code that FCC extends has batch 512 and 100 epochs at the same learning
rate (imagenetlt_100e.py); FCC did not scale the rate to its batch. And its
configs for focal loss and tau-norm divide by 100 instead of 10. Here all
methods have what FCC and its own baseline share: batch 64, division by 10.
"""

optim_wrapper = dict(
    type='AutocastOptimWrapper',
    optimizer=dict(
        type='SGD', lr=0.2, momentum=0.9, nesterov=True, weight_decay=1e-4
    ),
)
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=True, milestones=[159, 179], gamma=0.1),
]
train_cfg = dict(by_epoch=True, max_epochs=200, val_interval=5)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=64)
