"""Progressively balanced sampling.

ResNet-32 on CIFAR-100-LT, imbalance ratio 100.
Theirs (accuracy): 39.04 (Bag of Tricks trick gallery).
Ours: 39.56, 40 epochs (results/README.md).
Run: python tools/train.py configs/resampling/progressive_resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

train_dataloader = dict(
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='progressive',
    ),
)
