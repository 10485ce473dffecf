"""Square-root sampling.

ResNet-32 on CIFAR-10-LT, imbalance ratio 100.
Theirs (accuracy): 71.42 (Bag of Tricks trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/resampling/square-root_resnet32_cifar10lt.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

train_dataloader = dict(
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='square_root',
    ),
)
