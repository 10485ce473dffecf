"""FCC (gamma 1.0, from epoch 50) in training, tau-normalisation at test,
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/fcc/tau-norm_resnet32_cifar100lt.py
"""

_base_ = '../tau_norm/resnet32_cifar100lt.py'

first_stage = dict(config='mmlt::fcc/resnet32_cifar100lt.py')
