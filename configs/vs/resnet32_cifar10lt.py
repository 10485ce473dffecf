"""Vector scaling (VS loss, gamma 0.2, tau 1.2),
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/vs/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(head=dict(loss=dict(type='VSLoss', gamma=0.2, tau=1.2)))
