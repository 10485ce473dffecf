"""Balanced cosine classifier on DigitsLT: vMF with all kappa fixed at 16.

What a learned concentration is compared with (appendix, Eq. 8).
Ours: not run yet.
Run: python tools/train.py configs/vmf/resnet20_digitslt_cosine.py
"""

_base_ = './resnet20_digitslt.py'

model = dict(
    head=dict(
        _delete_=True,
        type='CosineClsHead',
        num_classes=10,
        in_channels=64,
        scale=16.0,
        balanced=True,
    ),
)
