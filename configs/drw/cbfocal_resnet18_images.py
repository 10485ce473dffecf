"""DRW: focal loss, class-balanced from epoch 80 on.

ResNet-18 on images of your own.
Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/drw/cbfocal_resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='OneVsAllFocalLoss', gamma=1.0),
            after=dict(type='ClassBalancedFocalLoss', gamma=1.0, beta=0.9999),
            begin=0.8,
        ),
    ),
)
