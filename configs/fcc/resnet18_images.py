"""FCC (gamma 0.1, from epoch 25), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/fcc/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.1, begin=0.25),
    ],
)
