"""LIFT+ (15 epochs, crops that grow), ViT-B/16 of CLIP with AdaptFormer, on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/lift/plus_vit-base-p16_inat18.py
"""

_base_ = './vit-base-p16_inat18.py'

crop = dict(type='MinimalistCrop', size=224)
pipeline = [dict(type='LoadImageFromFile'), crop, dict(type='PackInputs')]
train_dataloader = dict(dataset=dict(pipeline=pipeline))
data_preprocessor = dict(augments=[])
optim_wrapper = dict(optimizer=dict(lr=0.02))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=15, by_epoch=True, begin=0, end=15),
]
train_cfg = dict(max_epochs=15)
custom_hooks = [*_base_.custom_hooks, dict(type='PipelineEpochHook')]
