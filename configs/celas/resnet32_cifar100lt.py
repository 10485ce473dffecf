"""Label-aware smoothing (0.4 to 0.1),
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 37.68 (Bag of Tricks, trick gallery).
Ours: 37.82, 40 epochs (results/README.md).
Run: python tools/train.py configs/celas/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    head=dict(
        loss=dict(
            type='LabelAwareSmoothLoss', head_smoothing=0.4, tail_smoothing=0.1
        )
    )
)
