"""Manifold mixup (alpha 1, of the pooled features), ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/manifold_mixup/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(mixing=dict(type='ManifoldMixup', location='pool'))
