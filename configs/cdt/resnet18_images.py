"""Class-dependent temperatures (gamma 0.2), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/cdt/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(head=dict(loss=dict(type='CDTLoss', gamma=0.2)))
