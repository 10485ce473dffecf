"""BalPoE (three experts, tau 0, 1 and 2, mixup 0.4),
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/balpoe/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    backbone=dict(type='MultiExpertResNet'),
    head=dict(type='BalPoEClsHead', taus=(0.0, 1.0, 2.0), scale=30.0),
)
data_preprocessor = dict(
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchRandomRotation', degrees=15),
    ],
    mixing=dict(type='BatchMixup', alpha=0.4),
)
