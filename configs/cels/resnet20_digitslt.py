"""Label smoothing (0.1), ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/cels/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    head=dict(
        loss=dict(
            type='LabelAwareSmoothLoss', head_smoothing=0.1, tail_smoothing=0.1
        )
    )
)
