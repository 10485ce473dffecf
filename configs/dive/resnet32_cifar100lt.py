"""DiVE (T 2, power 0.5, alpha 0.5), ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): 45.52 (Bag of Tricks, trick gallery).
Ours: 45.58, 40 epochs (results/README.md).
Run: python tools/train.py configs/dive/resnet32_cifar100lt.py
"""

_base_ = './teacher_resnet32_cifar100lt.py'

first_stage = dict(
    config='mmlt::dive/teacher_resnet32_cifar100lt.py',
    checkpoint_key='model.teacher_checkpoint',
)
model = dict(
    type='DistillClassifier',
    teacher=_base_.model,
    head=dict(loss=dict(_delete_=True, type='DiVELoss')),
)
