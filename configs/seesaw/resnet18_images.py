"""Seesaw loss (p 0.8, q 2), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/seesaw/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

seesaw = dict(_delete_=True, type='SyncSeesawLoss', p=0.8, q=2.0)
model = dict(head=dict(loss=seesaw))
