"""BalPoE (three experts, tau 0, 1 and 2, mixup 0.4),
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/balpoe/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    backbone=dict(type='MultiExpertCIFARResNet', expert_channels=(32, 64)),
    head=dict(type='BalPoEClsHead', taus=(0.0, 1.0, 2.0), scale=30.0),
)
data_preprocessor = dict(
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomRotation', degrees=15),
    ],
    mixing=dict(type='BatchMixup', alpha=0.4),
)
