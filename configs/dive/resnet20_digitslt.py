"""DiVE (T 2, power 0.5, alpha 0.5), ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/dive/resnet20_digitslt.py
"""

_base_ = '../bsce/resnet20_digitslt.py'

first_stage = dict(
    config='mmlt::bsce/resnet20_digitslt.py',
    checkpoint_key='model.teacher_checkpoint',
)
model = dict(
    type='DistillClassifier',
    teacher=_base_.model,
    head=dict(loss=dict(_delete_=True, type='DiVELoss')),
)
