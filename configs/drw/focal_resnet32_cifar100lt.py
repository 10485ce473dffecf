"""DRW: focal loss, re-weighted from epoch 160 on,
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 37.53 (Bag of Tricks, trick gallery).
Ours: 42.05, 40 epochs (results/README.md).
Run: python tools/train.py configs/drw/focal_resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='OneVsAllFocalLoss', gamma=2.0),
            after=dict(
                type='ClassBalancedFocalLoss',
                gamma=2.0,
                reweight='cost_sensitive',  # n_min / n_c
            ),
            begin=0.8,
        ),
    ),
)
