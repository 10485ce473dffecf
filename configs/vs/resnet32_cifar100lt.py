"""Vector scaling (VS loss, gamma 0.05, tau 0.75),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): none known to us.
Ours: 43.14 ± 0.66, 40 epochs (results/README.md).
Run: python tools/train.py configs/vs/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(type='VSLoss', gamma=0.05, tau=0.75)))
