"""SADE (three experts, tau 2), ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/sade/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    backbone=dict(type='MultiExpertCIFARResNet', expert_channels=(24, 48)),
    head=dict(type='SADEClsHead', in_channels=48, scale=30.0, tau=2.0),
)
data_preprocessor = dict(
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomRotation', degrees=15),
    ],
)
