"""Manifold mixup (alpha 1, of the pooled features), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/manifold_mixup/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(mixing=dict(type='ManifoldMixup', location='pool'))
