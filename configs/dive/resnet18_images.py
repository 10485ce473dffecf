"""DiVE (T 2, power 0.5, alpha 0.5), ResNet-18 on images of your own.

First train the teacher: configs/dive/teacher_resnet18_images.py
Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/dive/resnet18_images.py
"""

_base_ = './teacher_resnet18_images.py'

model = dict(
    type='DistillClassifier',
    teacher=_base_.model,
    teacher_checkpoint='work_dirs/dive/teacher_resnet18_images/epoch_100.pth',
    head=dict(loss=dict(_delete_=True, type='DiVELoss')),
)
