"""LADE (alpha 0.1, lambda 0.01), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/lade/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(head=dict(loss=dict(type='LADELoss', alpha=0.1, strength=0.01)))
