"""First stage of MiSLAS: cross-entropy and mixup (alpha 1),
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/mislas/stage1_resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=1.0))
