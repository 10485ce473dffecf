"""FCC (gamma 1.0) with learnable weight scaling (LWS),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

In the first stage from epoch 50; in the second from its beginning, as the
published code on ImageNet-LT.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/fcc/lws_resnet32_cifar100lt.py
"""

_base_ = '../lws/resnet32_cifar100lt.py'

first_stage = dict(config='mmlt::fcc/resnet32_cifar100lt.py')
model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=1.0, begin=0),
    ],
)
