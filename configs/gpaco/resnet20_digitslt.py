"""GPaCo (parametric contrast of two views), ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/gpaco/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    type='ParametricContrastClassifier',
    contrast=dict(type='ParametricContrast', dim=32, queue_size=256),
)
data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    second_augments=[
        dict(type='BatchRandomResizedCrop', size=8, scale=(0.5, 1.0))
    ],
)
