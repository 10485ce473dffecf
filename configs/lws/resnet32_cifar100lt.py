"""Learnable weight scaling (LWS) after cross-entropy.

ResNet-32 on CIFAR-100-LT, imbalance ratio 100.
Theirs (accuracy): 40.16 (Bag of Tricks trick gallery).
Ours: 42.46, 40 epochs (results/README.md).
Run: python tools/train.py configs/lws/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt.py',
    '../_base_/schedules/cifar_classifier_30e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet32_cifar100lt.py')
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='LWSClsHead', num_classes=100),
)
train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
