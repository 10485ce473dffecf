"""Seesaw loss (p 0.8, q 2), ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: 40.94 ± 0.95, 40 epochs (results/README.md).
Run: python tools/train.py configs/seesaw/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

seesaw = dict(_delete_=True, type='SyncSeesawLoss', p=0.8, q=2.0)
model = dict(head=dict(loss=seesaw))
