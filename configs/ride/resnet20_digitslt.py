"""RIDE without its router (three experts, diversity -0.45),
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/ride/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    backbone=dict(type='MultiExpertCIFARResNet', expert_channels=(24, 48)),
    head=dict(
        type='RIDEClsHead',
        in_channels=48,
        diversity_factor=-0.45,
        loss=None,  # LDAM, re-weighted in the last fifth
    ),
)
data_preprocessor = dict(
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomRotation', degrees=15),
    ],
)
