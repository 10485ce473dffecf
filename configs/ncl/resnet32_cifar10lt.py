"""NCL (three networks), ResNet-32 on CIFAR-10-LT, ratio 100.

The settings of the published CIFAR-100 config: there is none for CIFAR-10.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/ncl/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/ncl_resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/ncl_cifar_400e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=64)
data_preprocessor = dict(
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchAutoAugment', policy='cifar10'),
        dict(type='BatchCutout', size=16),
    ],
)
