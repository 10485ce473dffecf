"""BCL (balanced contrast, three views), ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/bcl/resnet50_inat18.py
"""

_base_ = '../proco/resnet50_inat18.py'

model = dict(
    contrast=dict(
        _delete_=True,
        type='BalancedContrast',
        hidden_channels=2048,
        dim=1024,
        temperature=0.07,
        loss_weight=0.35,
    ),
)
param_scheduler = [
    dict(type='CosineAnnealingLR', T_max=100, by_epoch=True, begin=0, end=100),
]
train_cfg = dict(max_epochs=100)
