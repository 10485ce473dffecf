"""ProCo (vMF contrast, three views), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/proco/resnet18_images.py
"""

_base_ = [
    '../_base_/models/resnet18_images.py',
    '../_base_/datasets/image_folder_views.py',
    '../_base_/schedules/images_100e.py',
    '../_base_/images_runtime.py',
]

model = dict(
    type='MultiViewClassifier',
    head=dict(loss=dict(type='BalancedSoftmaxLoss')),
    contrast=dict(type='VMFContrast'),
)
