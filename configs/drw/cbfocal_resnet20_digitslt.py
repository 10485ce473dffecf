"""DRW: focal loss, class-balanced from epoch 28 on,
ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/drw/cbfocal_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='OneVsAllFocalLoss', gamma=1.0),
            after=dict(
                type='ClassBalancedFocalLoss',
                gamma=1.0,
                beta=0.9999,
            ),
            begin=0.7,
        ),
    ),
)
