"""Learnable weight scaling (LWS) after cross-entropy.

ResNet-32 on CIFAR-10-LT, imbalance ratio 100.
Theirs (accuracy): 72.63 (Bag of Tricks trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/lws/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/cifar_classifier_30e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet32_cifar10lt.py')
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='LWSClsHead'),
)
train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
