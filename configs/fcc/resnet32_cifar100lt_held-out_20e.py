"""FCC (gamma 1.0, from epoch 5) on CIFAR-100-LT, 20 epochs, a fifth of each class held out.

For fitting calibrators (tools/analysis_tools/posthoc.py) on images that were
neither trained on nor tested on; not comparable with the published numbers.
Ours: results/README.md.
Run: python tools/train.py configs/fcc/resnet32_cifar100lt_held-out_20e.py
"""

_base_ = '../ce/resnet32_cifar100lt_held-out_20e.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=1.0, begin=5),
    ],
)
