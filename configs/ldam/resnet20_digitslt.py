"""LDAM (scale 30, margins to 0.5), ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/ldam/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    head=dict(
        type='CosineClsHead',
        scale=1.0,  # that of the loss is 30
        # weights of the published length, sqrt(64 / C)
        init_cfg=dict(
            _delete_=True, type='Uniform', layer='Linear', a=-0.55, b=0.55
        ),
        loss=dict(type='LDAMLoss', max_margin=0.5, scale=30.0),
    ),
)
