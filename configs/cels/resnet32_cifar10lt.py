"""Label smoothing (0.1), ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): 72.81 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/cels/resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(
    head=dict(
        loss=dict(
            type='LabelAwareSmoothLoss', head_smoothing=0.1, tail_smoothing=0.1
        )
    )
)
