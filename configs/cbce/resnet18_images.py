"""Class-balanced cross-entropy (beta 0.9999), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/cbce/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(head=dict(loss=dict(type='ClassBalancedCELoss', beta=0.9999)))
