"""Class-balanced cross-entropy (beta 0.9), ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/cbce/resnet50_inat18.py
"""

_base_ = '../ce/resnet50_inat18.py'

model = dict(head=dict(loss=dict(type='ClassBalancedCELoss', beta=0.9)))
