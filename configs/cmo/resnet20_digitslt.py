"""CMO (boxes of rare classes on frequent backgrounds), cross-entropy,
ResNet-20 on DigitsLT, imbalance ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/cmo/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

data_preprocessor = dict(mixing=dict(type='BatchMinorityCutMix'))
train_dataloader = dict(
    batch_size=64,
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='class_balanced',
        pair_with_uniform=True,
    ),
)
auto_scale_lr = dict(base_batch_size=64)
