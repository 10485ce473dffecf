"""DRW: focal loss, re-weighted from epoch 160 on,
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 71.15 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/focal_resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

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
