"""DRW: LDAM, re-weighted from epoch 28 on,
ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/drw/ldam_resnet20_digitslt.py
"""

_base_ = '../ldam/resnet20_digitslt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='LDAMLoss'),
            after=dict(
                type='LDAMLoss', reweight='class_balanced', beta=0.9999
            ),
            begin=0.7,
        ),
    ),
)
