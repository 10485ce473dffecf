"""Remix (alpha 1, kappa 3, tau 0.5), ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/remix/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

data_preprocessor = dict(
    mixing=dict(type='BatchRemix', alpha=1.0, kappa=3.0, tau=0.5)
)
