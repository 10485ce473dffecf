"""LIFT+ (5 epochs, crops that grow), ViT-B/16 of CLIP with AdaptFormer, on CIFAR-100-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/lift/plus_vit-base-p16_cifar100lt.py
"""

_base_ = './vit-base-p16_cifar100lt.py'

crop = dict(type='MinimalistCrop', size=224)
pipeline = [crop, dict(type='PackInputs')]
train_dataloader = dict(dataset=dict(pipeline=pipeline))
data_preprocessor = dict(augments=[])
optim_wrapper = dict(optimizer=dict(lr=0.02))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=5, by_epoch=True, begin=0, end=5),
]
train_cfg = dict(max_epochs=5)
custom_hooks = [*_base_.custom_hooks, dict(type='PipelineEpochHook')]
