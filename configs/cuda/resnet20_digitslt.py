"""CUDA (augmentation by what the network gets right), balanced softmax,
ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/cuda/resnet20_digitslt.py
"""

_base_ = '../bsce/resnet20_digitslt.py'

data_preprocessor = dict(type='CurriculumDataPreprocessor')
custom_hooks = [*_base_.custom_hooks, dict(type='AugmentCurriculumHook')]
