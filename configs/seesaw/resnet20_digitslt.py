"""Seesaw loss (p 0.8, q 2), ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/seesaw/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

seesaw = dict(_delete_=True, type='SyncSeesawLoss', p=0.8, q=2.0)
model = dict(head=dict(loss=seesaw))
