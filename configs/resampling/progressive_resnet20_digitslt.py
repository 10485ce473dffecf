"""Progressively balanced sampling.

ResNet-20 on DigitsLT, imbalance ratio 20.
Theirs: none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/resampling/progressive_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

train_dataloader = dict(
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='progressive',
    ),
)
