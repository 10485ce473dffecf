"""LOS, classifier re-trained with label smoothing 0.98,
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/los/resnet20_digitslt.py
"""

_base_ = [
    '../_base_/models/resnet20_digits.py',
    '../_base_/datasets/digitslt.py',
    '../_base_/schedules/digits_classifier_8e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(
    config='mmlt::ce/resnet20_digitslt.py',
    # times the learning rate 0.05, that of the published stage 1, 5e-5
    optim_wrapper=dict(optimizer=dict(weight_decay=1e-3)),
)
smoothing = dict(
    type='LabelAwareSmoothLoss', head_smoothing=0.98, tail_smoothing=0.98
)
model = dict(frozen=['backbone'], head=dict(loss=smoothing))
optim_wrapper = dict(optimizer=dict(lr=5e-4, weight_decay=0.0))
