"""LDAM (scale 30, margins to 0.5), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/ldam/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    head=dict(
        type='CosineClsHead',
        scale=1.0,  # that of the loss is 30
        # rows of length 1 for 512 features
        init_cfg=dict(
            _delete_=True, type='Uniform', layer='Linear', a=-0.077, b=0.077
        ),
        loss=dict(type='LDAMLoss', max_margin=0.5, scale=30.0),
    ),
)
