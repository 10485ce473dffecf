"""Remix (alpha 1, kappa 3, tau 0.5), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/remix/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

data_preprocessor = dict(
    mixing=dict(type='BatchRemix', alpha=1.0, kappa=3.0, tau=0.5)
)
