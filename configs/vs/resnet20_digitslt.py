"""Vector scaling (VS loss, gamma 0.2, tau 1.2),
ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/vs/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(head=dict(loss=dict(type='VSLoss', gamma=0.2, tau=1.2)))
