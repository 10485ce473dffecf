"""Augmentations of the views of contrastive methods, as ProCo trains CIFAR.

The classifier's view gets AutoAugment and Cutout on top of what the data set
has; the others are those of SimCLR without blur.
"""

auto_augment = [
    dict(type='BatchAutoAugment', policy='cifar10'),
    dict(type='BatchCutout', size=16),
]
view_colors = [
    dict(type='BatchRandomFlip', prob=0.5),
    dict(
        type='BatchRandomColorJitter',
        brightness=0.4,
        contrast=0.4,
        saturation=0.4,
        hue=0.1,
        prob=0.8,
    ),
    dict(type='BatchRandomGray', prob=0.2),
]
cifar_view = [dict(type='BatchRandomResizedCrop', size=32), *view_colors]
