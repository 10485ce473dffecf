"""NCL with its contrastive branch, ResNet-152 on Places-LT.

Six ResNet-152: three that learn and the slower copies that make the keys.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/ncl/resnet152_placeslt_contrast.py
"""

_base_ = './resnet152_placeslt.py'

model = dict(
    contrast=dict(
        type='MomentumContrast',
        in_channels=2048,
        dim=1024,
        queue_size=65536,
    ),
)
data_preprocessor = dict(
    type='TwoViewDataPreprocessor',
    second_augments=_base_.data_preprocessor.augments,
)
