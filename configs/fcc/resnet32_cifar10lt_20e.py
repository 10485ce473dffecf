"""FCC (gamma 0.5, from epoch 5), the schedule scaled to a tenth.

20 epochs instead of 200, for a result in half an hour on two CPU cores; not
comparable with the published numbers.
Ours: results/README.md.
Run: python tools/train.py configs/fcc/resnet32_cifar10lt_20e.py
"""

_base_ = '../ce/resnet32_cifar10lt_20e.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=5),
    ],
)
