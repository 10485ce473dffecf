"""First stage of LOS: cross-entropy and weight decay 5e-3,
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/los/stage1_resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

optim_wrapper = dict(optimizer=dict(weight_decay=5e-3))
