"""CMO (boxes of rare classes on frequent backgrounds), balanced softmax,
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/cmo/bsce_resnet32_cifar100lt.py
"""

_base_ = './resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
