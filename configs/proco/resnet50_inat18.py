"""ProCo (vMF contrast, three views), ResNet-50 on iNaturalist 2018.

Theirs (accuracy): 73.5 (README of the published code).
Ours: not run yet.
Run: python tools/train.py configs/proco/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18_views.py',
    '../_base_/schedules/proco_inat18_90e.py',
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
