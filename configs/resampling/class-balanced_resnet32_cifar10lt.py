"""Class-balanced sampling.

ResNet-32 on CIFAR-10-LT, imbalance ratio 100.
Theirs (accuracy): 72.45 (Bag of Tricks trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/resampling/class-balanced_resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

train_dataloader = dict(
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='class_balanced',
    ),
)
