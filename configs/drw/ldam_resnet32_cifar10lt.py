"""DRW: LDAM, re-weighted from epoch 160 on,
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 77.73 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/ldam_resnet32_cifar10lt.py
"""

_base_ = '../ldam/resnet32_cifar10lt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='LDAMLoss'),
            after=dict(
                type='LDAMLoss', reweight='class_balanced', beta=0.9999
            ),
            begin=0.8,
        ),
    ),
)
