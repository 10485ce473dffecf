"""DRW: cross-entropy, class-balanced CE from epoch 160 on,
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 39.21 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/cbce_resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='CrossEntropyLoss'),
            after=dict(type='ClassBalancedCELoss', beta=0.9),
            begin=160,
        ),
    ),
)
