"""First stage of MiSLAS: cross-entropy and mixup (alpha 1),
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): none known to us. Ours: not run yet.
Run: python tools/train.py configs/mislas/stage1_resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=1.0))
optim_wrapper = dict(optimizer=dict(weight_decay=5e-4))
