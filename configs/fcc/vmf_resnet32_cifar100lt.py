"""FCC in front of the vMF classifier, on CIFAR-100-LT: a no-op, by construction.

The head looks at the direction of a feature alone, and FCC changes its length
alone: logits, losses and gradients are those of vmf/resnet32_cifar100lt.py (see its README;
the classifier says so in the log). Here to show it.
Ours: 44.01, 40 epochs (results/README.md).
Run: python tools/train.py configs/fcc/vmf_resnet32_cifar100lt.py
"""

_base_ = '../vmf/resnet32_cifar100lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=0.25),
    ],
)
