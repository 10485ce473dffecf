"""Mixup of images (alpha 1), ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/mixup/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=1.0))
