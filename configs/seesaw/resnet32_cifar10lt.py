"""Seesaw loss (p 0.8, q 2), ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/seesaw/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

seesaw = dict(_delete_=True, type='SyncSeesawLoss', p=0.8, q=2.0)
model = dict(head=dict(loss=seesaw))
