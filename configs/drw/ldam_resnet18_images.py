"""DRW: LDAM, re-weighted from epoch 80 on.

ResNet-18 on images of your own.
Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/drw/ldam_resnet18_images.py
"""

_base_ = '../ldam/resnet18_images.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='LDAMLoss'),
            after=dict(
                type='LDAMLoss', reweight='class_balanced', beta=0.9999
            ),
            begin=0.8,
        ),
    ),
)
