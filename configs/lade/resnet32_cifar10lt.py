"""LADE (alpha 0.1, lambda 0.01), ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/lade/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/lade_cifar_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(loss=dict(type='LADELoss', alpha=0.1, strength=0.01)))
train_dataloader = dict(batch_size=256)
