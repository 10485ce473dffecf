"""ImageNet-LT (115,846 training images) from the field's lists (lines of "path label") and your images.

data/imagenet holds the image folders and ImageNet_LT_{train,val,test}.txt.
"""

data_preprocessor = dict(
    type='ClsDataPreprocessor',
    num_classes=1000,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
metainfo = dict(classes=[str(i) for i in range(1000)])

train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='RandomResizedCrop', scale=224),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='ResizeEdge', scale=256, edge='short'),
    dict(type='CenterCrop', crop_size=224),
    dict(type='PackInputs'),
]

train_dataloader = dict(
    batch_size=512,
    num_workers=8,
    dataset=dict(
        type='CustomDataset',
        data_root='data/imagenet',
        ann_file='ImageNet_LT_train.txt',
        metainfo=metainfo,
        pipeline=train_pipeline,
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
    drop_last=True,
)
val_dataloader = dict(
    batch_size=256,
    num_workers=8,
    dataset=dict(
        type='CustomDataset',
        data_root='data/imagenet',
        ann_file='ImageNet_LT_val.txt',
        metainfo=metainfo,
        pipeline=test_pipeline,
        test_mode=True,
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
test_dataloader = dict(
    batch_size=256,
    num_workers=8,
    dataset=dict(
        type='CustomDataset',
        data_root='data/imagenet',
        ann_file='ImageNet_LT_test.txt',
        metainfo=metainfo,
        pipeline=test_pipeline,
        test_mode=True,
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
val_evaluator = dict(
    type='BatchEvaluator',
    metrics=[
        dict(type='Accuracy', topk=(1, 5)),
        dict(type='ShotAccuracy'),
        dict(type='CalibrationError'),
    ],
)
test_evaluator = val_evaluator
