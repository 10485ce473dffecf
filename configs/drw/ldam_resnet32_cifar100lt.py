"""DRW: LDAM, re-weighted from epoch 160 on,
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 42.47 (Bag of Tricks, trick gallery).
Ours: 44.02, 40 epochs (results/README.md).
Run: python tools/train.py configs/drw/ldam_resnet32_cifar100lt.py
"""

_base_ = '../ldam/resnet32_cifar100lt.py'

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
