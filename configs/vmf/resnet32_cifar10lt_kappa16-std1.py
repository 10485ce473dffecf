"""vMF classifier on CIFAR-10-LT, concentrations start at N(16, 1).

The appendix's second initialization: "approximate results" to a constant 16
on ImageNet-LT. Ours: not run yet.
Run: python tools/train.py configs/vmf/resnet32_cifar10lt_kappa16-std1.py
"""

_base_ = './resnet32_cifar10lt.py'

model = dict(head=dict(init_kappa=16.0, init_kappa_std=1.0))
