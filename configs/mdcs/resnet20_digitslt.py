"""MDCS (three experts, consistency 0.6), ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/mdcs/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    type='TwoViewClassifier',
    backbone=dict(type='MultiExpertCIFARResNet', expert_channels=(24, 48)),
    head=dict(type='MDCSClsHead', in_channels=48, warmup=0.05),
)
data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    second_augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomResizedCrop', size=8, scale=(0.5, 1.0)),
    ],
)
