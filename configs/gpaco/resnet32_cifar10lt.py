"""GPaCo (parametric contrast of two views), ResNet-32 on CIFAR-10-LT, ratio
100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/gpaco/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt_two_views.py',
    '../_base_/schedules/gpaco_cifar_400e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='ParametricContrastClassifier',
    contrast=dict(
        type='ParametricContrast',
        dim=32,
        queue_size=1024,
        alpha=0.01,
        temperature=0.05,
    ),
)
