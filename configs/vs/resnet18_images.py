"""Vector scaling (VS loss, gamma 0.2, tau 1.2),
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/vs/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(head=dict(loss=dict(type='VSLoss', gamma=0.2, tau=1.2)))
