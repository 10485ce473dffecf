"""Balanced cosine classifier on CIFAR-100-LT, 20 epochs: vMF with all kappa fixed at 16.

What a learned concentration is compared with (appendix, Eq. 8).
Ours: not run yet.
Run: python tools/train.py configs/vmf/resnet32_cifar100lt_cosine_20e.py
"""

_base_ = './resnet32_cifar100lt_20e.py'

model = dict(
    head=dict(
        _delete_=True,
        type='CosineClsHead',
        num_classes=100,
        in_channels=64,
        scale=16.0,
        balanced=True,
    ),
)
