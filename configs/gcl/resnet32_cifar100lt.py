"""GCL: the classifier on equally frequent classes, after clouded logits,
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/gcl/resnet32_cifar100lt.py
"""

_base_ = './stage1_resnet32_cifar100lt.py'

first_stage = dict(config='mmlt::gcl/stage1_resnet32_cifar100lt.py')
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
optim_wrapper = dict(optimizer=dict(lr=0.002))
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=30, by_epoch=True, begin=0, end=30),
]
train_cfg = dict(max_epochs=30)
