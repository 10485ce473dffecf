"""BCL (balanced contrast, three views), ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): 57.2 (README of the published code).
Ours: not run yet.
Run: python tools/train.py configs/bcl/resnext50_imagenetlt.py
"""

_base_ = '../proco/resnext50_imagenetlt.py'

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
