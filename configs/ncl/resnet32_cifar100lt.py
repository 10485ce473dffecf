"""NCL (three networks), ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): 49.22 for all experts, 47.93 for one with weak
augmentation; a user's 53.31 and 54.42 with the strong one (NCL, issue 2).
Ours: 40.63, 40 epochs (results/README.md).
Run: python tools/train.py configs/ncl/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/ncl_resnet32_cifar.py',
    '../_base_/datasets/cifar100lt.py',
    '../_base_/schedules/ncl_cifar_400e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
train_dataloader = dict(batch_size=64)
data_preprocessor = dict(
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchAutoAugment', policy='cifar10'),
        dict(type='BatchCutout', size=16),
    ],
)
