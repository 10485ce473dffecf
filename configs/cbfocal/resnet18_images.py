"""Class-balanced focal loss (beta 0.9999, gamma 1), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/cbfocal/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    head=dict(loss=dict(type='ClassBalancedFocalLoss', gamma=1.0, beta=0.9999))
)
