"""DiVE (T 2, power 0.5, alpha 0.5), ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/dive/resnet20_digitslt.py
First train the teacher: configs/dive/teacher_resnet20_digitslt.py
"""

_base_ = './teacher_resnet20_digitslt.py'

model = dict(
    type='DistillClassifier',
    teacher=_base_.model,
    teacher_checkpoint='work_dirs/dive/teacher_resnet20_digitslt/epoch_40.pth',
    head=dict(loss=dict(_delete_=True, type='DiVELoss')),
)
