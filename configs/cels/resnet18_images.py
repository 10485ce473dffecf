"""Label smoothing (0.1), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/cels/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    head=dict(
        loss=dict(
            type='LabelAwareSmoothLoss', head_smoothing=0.1, tail_smoothing=0.1
        )
    )
)
