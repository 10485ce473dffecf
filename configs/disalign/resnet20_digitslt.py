"""DisAlign (weights of power 1.2) after cross-entropy, ResNet-20 on DigitsLT.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/disalign/resnet20_digitslt.py
"""

_base_ = [
    '../_base_/models/resnet20_digits.py',
    '../_base_/datasets/digitslt.py',
    '../_base_/schedules/digits_classifier_8e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet20_digitslt.py')
weighted = dict(
    type='ClassBalancedCELoss', reweight='cost_sensitive', power=1.2
)
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='DisAlignClsHead', loss=weighted),
)
