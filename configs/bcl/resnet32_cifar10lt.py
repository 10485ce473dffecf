"""BCL (balanced contrast, three views), ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us with this schedule.
Ours: not run yet.
Run: python tools/train.py configs/bcl/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt_views.py',
    '../_base_/schedules/proco_cifar_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='MultiViewClassifier',
    head=dict(loss=dict(type='BalancedSoftmaxLoss', loss_weight=2.0)),
    contrast=dict(type='BalancedContrast', temperature=0.1, loss_weight=0.6),
)
train_dataloader = dict(batch_size=256)
