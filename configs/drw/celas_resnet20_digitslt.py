"""DRW: cross-entropy, label-aware smoothing from epoch 28 on,
ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/drw/celas_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='CrossEntropyLoss'),
            after=dict(
                type='LabelAwareSmoothLoss',
                head_smoothing=0.4,
                tail_smoothing=0.1,
            ),
            begin=28,
        ),
    ),
)
