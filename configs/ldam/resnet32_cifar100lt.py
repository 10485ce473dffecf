"""LDAM (scale 30, margins to 0.5),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 38.88 (Bag of Tricks, trick gallery).
Ours: 38.56, 40 epochs (results/README.md).
Run: python tools/train.py configs/ldam/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    head=dict(
        type='CosineClsHead',
        scale=1.0,  # that of the loss is 30
        # weights of the published length, sqrt(64 / C)
        init_cfg=dict(
            _delete_=True, type='Uniform', layer='Linear', a=-0.173, b=0.173
        ),
        loss=dict(type='LDAMLoss', max_margin=0.5, scale=30.0),
    ),
)
