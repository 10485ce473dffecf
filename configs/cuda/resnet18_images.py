"""CUDA (augmentation by what the network gets right), balanced softmax,
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/cuda/resnet18_images.py
"""

_base_ = '../bsce/resnet18_images.py'

data_preprocessor = dict(type='CurriculumDataPreprocessor')
custom_hooks = [*_base_.custom_hooks, dict(type='AugmentCurriculumHook')]
