"""GPaCo (parametric contrast of two views), ResNet-32 on CIFAR-100-LT, ratio
100.

Theirs (accuracy): none known to us.
Ours: 43.46, 40 epochs, earlier settings (results/README.md).
Run: python tools/train.py configs/gpaco/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt_two_views.py',
    '../_base_/schedules/gpaco_cifar_400e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='ParametricContrastClassifier',
    head=dict(num_classes=100),
    contrast=dict(
        type='ParametricContrast',
        dim=32,
        queue_size=1024,
        alpha=0.01,
        temperature=0.05,
    ),
)
