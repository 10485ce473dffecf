"""DRW: focal loss, re-weighted from epoch 28 on,
ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/drw/focal_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

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
            begin=0.7,
        ),
    ),
)
