"""LADE (alpha 0.1, lambda 0.01), ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/lade/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(head=dict(loss=dict(type='LADELoss', alpha=0.1, strength=0.01)))
