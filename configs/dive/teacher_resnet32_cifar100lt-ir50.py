"""Teacher of DiVE: balanced softmax, ResNet-32 on CIFAR-100-LT, ratio 50.

Theirs (accuracy): not among our sources for this schedule.
Ours: not run yet.
Run: python tools/train.py configs/dive/teacher_resnet32_cifar100lt-ir50.py
"""

_base_ = './teacher_resnet32_cifar100lt.py'

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
