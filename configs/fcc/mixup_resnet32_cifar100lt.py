"""FCC (gamma 1.0, from epoch 50) with Mixup, ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Not in the published code, which has FCC with Remix alone.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/fcc/mixup_resnet32_cifar100lt.py
"""

_base_ = '../mixup/resnet32_cifar100lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=1.0, begin=50),
    ],
)
