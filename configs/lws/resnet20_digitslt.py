"""Learnable weight scaling (LWS) after cross-entropy.

ResNet-20 on DigitsLT, imbalance ratio 20.
Theirs: none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/lws/resnet20_digitslt.py
"""

_base_ = [
    '../_base_/models/resnet20_digits.py',
    '../_base_/datasets/digitslt.py',
    '../_base_/schedules/digits_classifier_8e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet20_digitslt.py')
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='LWSClsHead'),
)
train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
default_hooks = dict(logger=dict(interval=13))
