"""DRW: cross-entropy, CDT from epoch 28 on,
ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/drw/cdt_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='CrossEntropyLoss'),
            after=dict(type='CDTLoss', gamma=0.2),
            begin=28,
        ),
    ),
)
