"""DiVE (T 2, power 0.5, alpha 0.5), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/dive/resnet18_images.py
"""

_base_ = '../bsce/resnet18_images.py'

first_stage = dict(
    config='mmlt::bsce/resnet18_images.py',
    same_data=True,
    checkpoint_key='model.teacher_checkpoint',
)
model = dict(
    type='DistillClassifier',
    teacher=_base_.model,
    head=dict(loss=dict(_delete_=True, type='DiVELoss')),
)
