"""DRW: cross-entropy, label smoothing from epoch 160 on,
ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): none; their row is cels throughout, see README.md.
Ours: not run yet.
Run: python tools/train.py configs/drw/cels_resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='CrossEntropyLoss'),
            after=dict(
                type='LabelAwareSmoothLoss',
                head_smoothing=0.1,
                tail_smoothing=0.1,
            ),
            begin=160,
        ),
    ),
)
