"""DisAlign (weights of power 1.2) after cross-entropy, ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): 52.4 (README of its config).
Ours: not run yet.
Run: python tools/train.py configs/disalign/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/disalign_imagenetlt_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnext50_imagenetlt.py')
weighted = dict(
    type='ClassBalancedCELoss', reweight='cost_sensitive', power=1.2
)
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='DisAlignClsHead', loss=weighted),
)
train_dataloader = dict(batch_size=256)
