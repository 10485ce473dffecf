"""DiVE (T 2, power 0.5, alpha 0.5), ResNet-32 on CIFAR-10-LT, ratio 50.

Theirs (accuracy): 82.44 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/dive/resnet32_cifar10lt-ir50.py
First train the teacher: configs/dive/teacher_resnet32_cifar10lt.py --with ratio50
"""

_base_ = './teacher_resnet32_cifar10lt.py'

model = dict(
    type='DistillClassifier',
    teacher=_base_.model,
    teacher_checkpoint='work_dirs/dive/teacher_resnet32_cifar10lt+ratio50/epoch_200.pth',
    head=dict(loss=dict(_delete_=True, type='DiVELoss')),
)
train_dataloader = dict(dataset=dict(imbalance_ratio=50))
