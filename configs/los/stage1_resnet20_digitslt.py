"""First stage of LOS: cross-entropy and weight decay 5e-3,
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/los/stage1_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

optim_wrapper = dict(optimizer=dict(weight_decay=5e-3))
