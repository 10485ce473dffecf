"""FCC (gamma 1.0, from epoch 50), ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 41.8, ECE 3.46 (FCC, Appendix E; baseline 39.1, 37.8).
Ours: 40.33 (results/README.md).
Run: python tools/train.py configs/fcc/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=1.0, begin=0.25),
    ],
)
