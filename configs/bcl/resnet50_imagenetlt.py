"""BCL (balanced contrast, three views), ResNet-50 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/bcl/resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet50_imagenetlt.py',
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
