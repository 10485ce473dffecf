"""BBN-style batches: half uniform, half reverse sampling.

ResNet-20 on DigitsLT, imbalance ratio 20.
Theirs: none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/resampling/bbn_resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

train_dataloader = dict(
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='reverse',
        pair_with_uniform=True,
    ),
)
