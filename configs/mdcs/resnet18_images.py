"""MDCS (three experts, consistency 0.6), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/mdcs/resnet18_images.py
"""

_base_ = [
    '../_base_/models/resnet18_images.py',
    '../_base_/datasets/image_folder_weak_strong.py',
    '../_base_/schedules/images_100e.py',
    '../_base_/images_runtime.py',
]

model = dict(
    type='TwoViewClassifier',
    backbone=dict(type='MultiExpertResNet', expert_channels=(192, 384)),
    head=dict(type='MDCSClsHead', in_channels=384, warmup=0.05),
)
