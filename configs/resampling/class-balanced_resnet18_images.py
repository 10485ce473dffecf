"""Class-balanced sampling, ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/resampling/class-balanced_resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
