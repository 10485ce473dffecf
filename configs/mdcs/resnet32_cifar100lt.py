"""MDCS (three experts, consistency 0.6, 400 epochs),
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): 56.1 (supplement of the paper, Table 1).
Ours: 47.31 ± 0.57, 40 epochs (results/README.md).
Run: python tools/train.py configs/mdcs/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt_weak_strong.py',
    '../_base_/schedules/mdcs_cifar_400e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='TwoViewClassifier',
    backbone=dict(type='MultiExpertCIFARResNet', expert_channels=(24, 48)),
    head=dict(
        type='MDCSClsHead',
        num_classes=100,
        in_channels=48,
        warmup=0.05,  # epoch 20 of 400
    ),
)
train_dataloader = dict(batch_size=64)
