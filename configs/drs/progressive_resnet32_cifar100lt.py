"""Progressively balanced sampling from epoch 161 (DRS).

ResNet-32 on CIFAR-100-LT, imbalance ratio 100.
Theirs (accuracy): 40.41 (Bag of Tricks trick gallery). Ours: not run yet.
Run: python tools/train.py configs/drs/progressive_resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

train_dataloader = dict(
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='progressive',
        begin=160,
    ),
)
