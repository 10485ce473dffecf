"""BCL (balanced contrast, three views), ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/bcl/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    type='MultiViewClassifier',
    head=dict(loss=dict(type='BalancedSoftmaxLoss', loss_weight=2.0)),
    contrast=dict(type='BalancedContrast', hidden_channels=64, dim=32),
)
view = [dict(type='BatchRandomResizedCrop', size=8, scale=(0.5, 1.0))]
data_preprocessor = dict(
    type='MultiViewDataPreprocessor', other_augments=[view, view]
)
