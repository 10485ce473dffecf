"""GCL: the classifier on equally frequent classes, after clouded logits,
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/gcl/resnet20_digitslt.py
"""

_base_ = './stage1_resnet20_digitslt.py'

first_stage = dict(config='mmlt::gcl/stage1_resnet20_digitslt.py')
clouded = dict(strength=10.0, margin=2.0, focus=1.0)
model = dict(
    frozen=['backbone'],
    norm_eval=True,
    head=dict(scale=20.0, loss=clouded),
)
balanced = dict(
    _delete_=True, type='LongTailSampler', strategy='class_balanced'
)
train_dataloader = dict(sampler=balanced)
optim_wrapper = dict(optimizer=dict(lr=0.001))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=8, by_epoch=True, begin=0, end=8),
]
train_cfg = dict(max_epochs=8)
default_hooks = dict(logger=dict(interval=13))
