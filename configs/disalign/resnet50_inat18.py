"""DisAlign (weights of power 1.2) after cross-entropy, ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/disalign/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/disalign_imagenetlt_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet50_inat18.py')
weighted = dict(
    type='ClassBalancedCELoss', reweight='cost_sensitive', power=1.2
)
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='DisAlignClsHead', loss=weighted),
)
train_dataloader = dict(batch_size=256)
optim_wrapper = dict(optimizer=dict(weight_decay=1e-4))
