"""BCL (balanced contrast, three views), ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): 57.2 (README of the published code).
Ours: not run yet.
Run: python tools/train.py configs/bcl/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt_views.py',
    '../_base_/schedules/proco_imagenetlt_90e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='MultiViewClassifier',
    head=dict(type='CosineClsHead', scale=30.0, balanced=True),
    contrast=dict(
        type='BalancedContrast',
        hidden_channels=2048,
        dim=1024,
        temperature=0.07,
        loss_weight=0.35,
    ),
)
train_dataloader = dict(batch_size=256)
