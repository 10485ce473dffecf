"""DRW: focal loss, class-balanced from epoch 160 on,
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 38.06 (Bag of Tricks, trick gallery).
Ours: 37.47, 40 epochs (results/README.md).
Run: python tools/train.py configs/drw/cbfocal_resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='OneVsAllFocalLoss', gamma=1.0),
            after=dict(type='ClassBalancedFocalLoss', gamma=1.0, beta=0.9),
            begin=0.8,
        ),
    ),
)
