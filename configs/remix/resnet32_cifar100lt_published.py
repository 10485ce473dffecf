"""Remix with one label weight for the batch, as in the published code.

ResNet-32 on CIFAR-100-LT, imbalance ratio 100; see README.md.

Theirs (accuracy): 41.39 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/remix/resnet32_cifar100lt_published.py
"""

_base_ = './resnet32_cifar100lt.py'

data_preprocessor = dict(mixing=dict(label_weights='batch_mean'))
