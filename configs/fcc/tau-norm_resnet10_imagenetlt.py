"""FCC (gamma 0.1, from epoch 50) in training, tau-normalisation at test,
ResNet-10 on ImageNet-LT.

tau of FCC follows the rank of a class; in the published code, its id.
Theirs (accuracy): not among our sources. Ours: not run yet.
Run: python tools/train.py configs/fcc/tau-norm_resnet10_imagenetlt.py
"""

_base_ = '../tau_norm/resnet10_imagenetlt.py'

first_stage = dict(config='mmlt::fcc/resnet10_imagenetlt.py')
