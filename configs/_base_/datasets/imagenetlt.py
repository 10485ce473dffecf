"""ImageNet-LT (115,846 training images) from the field's lists (lines of "path label") and your images.

data/imagenet holds the image folders train and val of ImageNet-2012 and ImageNet_LT_{train,val,test}.txt; check them with
python tools/dataset_tools/verify_splits.py imagenetlt --data-root data/imagenet. A damaged training image stops the run:
--cfg-options train_dataloader.dataset.on_bad_image=skip leaves it out and counts it.
"""

# workers decode and crop; flip and colors wait for the whole batch, on the
# device (benchmarks/jpeg_path.py)
data_preprocessor = dict(
    type='BatchDataPreprocessor',
    num_classes=1000,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
    augments=[
        dict(type='BatchRandomFlip', prob=0.5),
        dict(
            type='BatchColorJitter',
            brightness=0.4,
            contrast=0.4,
            saturation=0.4,
        ),
    ],
)

train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='RandomResizedCrop', scale=224),
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
        type='ImageNetLT',
        data_root='data/imagenet',
        ann_file='ImageNet_LT_train.txt',
        pipeline=train_pipeline,
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
    collate_fn=dict(type='batch_collate'),
    drop_last=True,
)
val_dataloader = dict(
    batch_size=256,
    num_workers=8,
    dataset=dict(
        type='ImageNetLT',
        data_root='data/imagenet',
        ann_file='ImageNet_LT_val.txt',
        pipeline=test_pipeline,
        test_mode=True,
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='batch_collate'),
)
test_dataloader = dict(
    batch_size=256,
    num_workers=8,
    dataset=dict(
        type='ImageNetLT',
        data_root='data/imagenet',
        ann_file='ImageNet_LT_test.txt',
        pipeline=test_pipeline,
        test_mode=True,
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='batch_collate'),
)
