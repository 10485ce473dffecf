"""Teacher of DiVE: balanced softmax, ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/dive/teacher_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(head=dict(loss=dict(_delete_=True, type='BalancedSoftmaxLoss')))
