"""FCC, ResNet-10 on ImageNet-LT, tau by class id as in the published code.

On ImageNet-LT a class id says nothing of the number of images (rank
correlation -0.01), so here tau does not either. Compare with order='frequency'.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/fcc/resnet10_imagenetlt_order-index.py
"""

_base_ = '../ce/resnet10_imagenetlt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.1, begin=0.25, order='index'),
    ],
)
