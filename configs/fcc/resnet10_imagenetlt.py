"""FCC, ResNet-10 on ImageNet-LT.

Class ids of ImageNet-LT are not sorted by count, so tau follows the rank of a
class, as the paper means it. Published code: _order-index.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/fcc/resnet10_imagenetlt.py
"""

_base_ = '../ce/resnet10_imagenetlt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.1, begin=0.25, order='frequency'),
    ],
)
