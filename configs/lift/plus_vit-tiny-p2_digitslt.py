"""LIFT+ (5 epochs at twice the rate, crops that grow) on DigitsLT.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/lift/plus_vit-tiny-p2_digitslt.py
"""

_base_ = './vit-tiny-p2_digitslt.py'

crop = dict(type='MinimalistCrop', size=8)
pipeline = [crop, dict(type='PackInputs')]
train_dataloader = dict(dataset=dict(pipeline=pipeline))
data_preprocessor = dict(augments=[])
optim_wrapper = dict(optimizer=dict(lr=0.02))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=5, by_epoch=True, begin=0, end=5),
]
train_cfg = dict(max_epochs=5)
custom_hooks = [*_base_.custom_hooks, dict(type='PipelineEpochHook')]
