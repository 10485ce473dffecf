"""DiVE (T 2, power 0.5, alpha 0.5), ResNeXt-50 on ImageNet-LT.

The teacher is the network of configs/bsce, trained by balanced softmax.
Theirs (accuracy): none known to us for this schedule.
Ours: not run yet.
Run: python tools/train.py configs/dive/resnext50_imagenetlt.py
"""

_base_ = '../bsce/resnext50_imagenetlt.py'

first_stage = dict(
    config='mmlt::bsce/resnext50_imagenetlt.py',
    checkpoint_key='model.teacher_checkpoint',
)
model = dict(
    type='DistillClassifier',
    teacher=_base_.model,
    head=dict(loss=dict(_delete_=True, type='DiVELoss')),
)
