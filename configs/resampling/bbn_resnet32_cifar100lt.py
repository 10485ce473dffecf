"""BBN-style batches: half uniform, half reverse sampling.

ResNet-32 on CIFAR-100-LT, imbalance ratio 100.
Theirs (accuracy): 37.06 (Bag of Tricks trick gallery).
Ours: 37.53, 40 epochs (results/README.md).
Run: python tools/train.py configs/resampling/bbn_resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

train_dataloader = dict(
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='reverse',
        pair_with_uniform=True,
    ),
)
