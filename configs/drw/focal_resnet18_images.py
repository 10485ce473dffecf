"""DRW: focal loss, re-weighted from epoch 80 on.

ResNet-18 on images of your own.
Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/drw/focal_resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='OneVsAllFocalLoss', gamma=2.0),
            after=dict(
                type='ClassBalancedFocalLoss',
                gamma=2.0,
                reweight='cost_sensitive',  # n_min / n_c
            ),
            begin=0.8,
        ),
    ),
)
