"""10 epochs at batch 128 for LIFT: what is trained alone, cosine to 0."""

optim_wrapper = dict(
    type='AutocastOptimWrapper',
    constructor='TrainedWeightsConstructor',
    optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4),
)
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=10, by_epoch=True, begin=0, end=10),
]
train_cfg = dict(by_epoch=True, max_epochs=10, val_interval=1)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=128)
