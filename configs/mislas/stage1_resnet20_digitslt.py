"""First stage of MiSLAS: cross-entropy and mixup (alpha 1),
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/mislas/stage1_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=1.0))
