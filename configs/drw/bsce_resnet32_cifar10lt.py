"""DRW: cross-entropy, balanced softmax from epoch 160 on,
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 77.17 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/bsce_resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='CrossEntropyLoss'),
            after=dict(type='BalancedSoftmaxLoss'),
            begin=160,
        ),
    ),
)
