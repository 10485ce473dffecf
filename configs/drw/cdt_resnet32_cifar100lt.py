"""DRW: cross-entropy, CDT from epoch 160 on,
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 42.22 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/cdt_resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='CrossEntropyLoss'),
            after=dict(type='CDTLoss', gamma=0.2),
            begin=160,
        ),
    ),
)
