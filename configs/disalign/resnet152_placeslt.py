"""DisAlign (weights of power 1.2) after cross-entropy, ResNet-152 on Places-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/disalign/resnet152_placeslt.py
"""

_base_ = [
    '../_base_/models/resnet152_placeslt.py',
    '../_base_/datasets/placeslt.py',
    '../_base_/schedules/disalign_imagenetlt_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet152_placeslt.py')
weighted = dict(
    type='ClassBalancedCELoss', reweight='cost_sensitive', power=1.2
)
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='DisAlignClsHead', loss=weighted),
)
train_dataloader = dict(batch_size=256)
