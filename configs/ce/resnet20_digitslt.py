"""Cross-entropy baseline, ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs: none, the data set is ours.
Ours: 91.00 (results/README.md).
Run: python tools/train.py configs/ce/resnet20_digitslt.py
"""

_base_ = [
    '../_base_/models/resnet20_digits.py',
    '../_base_/datasets/digitslt.py',
    '../_base_/schedules/digits_40e.py',
    '../_base_/default_runtime.py',
]

default_hooks = dict(logger=dict(interval=13))
