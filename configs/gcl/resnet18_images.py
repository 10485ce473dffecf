"""GCL: the classifier on equally frequent classes, after clouded logits,
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/gcl/resnet18_images.py
"""

_base_ = './stage1_resnet18_images.py'

first_stage = dict(
    config='mmlt::gcl/stage1_resnet18_images.py', same_data=True
)
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
    dict(type='CosineAnnealingLR', T_max=10, by_epoch=True, begin=0, end=10),
]
train_cfg = dict(max_epochs=10)
