"""NCL (three networks), ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/ncl/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

model = dict(
    type='NCLClassifier',
    num_experts=3,
    head=dict(type='NCLClsHead', hard_fraction=0.3, distill_weight=0.6),
)
data_preprocessor = dict(
    augments=[
        *_base_.data_preprocessor.augments,
        dict(type='BatchCutout', size=2),
    ],
)
