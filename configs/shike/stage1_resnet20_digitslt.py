"""First stage of SHIKE: experts of two depths that learn from each other,
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/shike/stage1_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    backbone=dict(type='FusedExpertCIFARResNet'),
    head=dict(type='SHIKEClsHead'),
)
