"""First stage of LOS: cross-entropy and weight decay 5e-3,
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us. Ours: not run yet.
Run: python tools/train.py configs/los/stage1_resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

optim_wrapper = dict(optimizer=dict(weight_decay=5e-3))
