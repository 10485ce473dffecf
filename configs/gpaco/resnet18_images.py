"""GPaCo (parametric contrast of two views), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/gpaco/resnet18_images.py
"""

_base_ = [
    '../_base_/models/resnet18_images.py',
    '../_base_/datasets/image_folder_weak_strong.py',
    '../_base_/schedules/images_100e.py',
    '../_base_/images_runtime.py',
]

model = dict(
    type='ParametricContrastClassifier',
    contrast=dict(type='ParametricContrast', queue_size=1024),
)
