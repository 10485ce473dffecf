"""CMO (boxes of rare classes on frequent backgrounds), balanced softmax,
ResNet-50 on ImageNet-LT.

Theirs (accuracy): 52.3 (README of CMO).
Ours: not run yet.
Run: python tools/train.py configs/cmo/bsce_resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/cmo_imagenetlt_100e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
data_preprocessor = dict(mixing=dict(type='BatchMinorityCutMix'))
train_dataloader = dict(
    batch_size=256,
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='class_balanced',
        pair_with_uniform=True,
    ),
)
