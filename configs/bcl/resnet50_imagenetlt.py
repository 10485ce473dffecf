"""BCL (balanced contrast, three views), ResNet-50 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/bcl/resnet50_imagenetlt.py
"""

_base_ = '../proco/resnet50_imagenetlt.py'

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
