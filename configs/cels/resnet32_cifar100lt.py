"""Label smoothing (0.1), ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 38.44 (Bag of Tricks, trick gallery).
Ours: 36.74, 40 epochs (results/README.md).
Run: python tools/train.py configs/cels/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    head=dict(
        loss=dict(
            type='LabelAwareSmoothLoss', head_smoothing=0.1, tail_smoothing=0.1
        )
    )
)
