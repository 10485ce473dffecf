"""ProCo (vMF contrast, three views), ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): 58.0 (README of the published code).
Ours: not run yet.
Run: python tools/train.py configs/proco/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt_views.py',
    '../_base_/schedules/proco_imagenetlt_90e.py',
    '../_base_/default_runtime.py',
]

# weights of the published length, 1
unit = dict(_delete_=True, type='Uniform', layer='Linear', a=-0.0383, b=0.0383)
head = dict(type='CosineClsHead', scale=30.0, balanced=True, init_cfg=unit)
model = dict(
    type='MultiViewClassifier',
    head=head,
    contrast=dict(
        type='VMFContrast',
        hidden_channels=2048,
        dim=1024,
        temperature=0.07,
    ),
)
train_dataloader = dict(batch_size=256)
