"""CIFAR-100-LT, imbalance ratio 100, enlarged to 224 x 224 image by image."""

_base_ = './cifar100lt.py'

train_pipeline = [
    dict(type='RandomResizedCrop', scale=224),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='ResizeEdge', scale=256, edge='short'),
    dict(type='CenterCrop', crop_size=224),
    dict(type='PackInputs'),
]

data_preprocessor = dict(augments=[dict(type='BatchRandomFlip', prob=0.5)])
train_dataloader = dict(num_workers=8, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=256, num_workers=8, dataset=dict(pipeline=test_pipeline)
)
test_dataloader = val_dataloader
