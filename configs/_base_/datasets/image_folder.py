"""Images of your own: a folder with one folder per class, split as it is used.

Of every class a fifth is held out for the test and a tenth of the rest for
validation, at least one image each; a class of two images has none for
validation, and one of a single image is trained on alone. The tail is that of
the folder. Name the folder (`data_root`, three times) and the number of
classes (`model.head.num_classes` and `data_preprocessor.num_classes`);
`mmlt new` writes a config that does, with lists that keep copies of an image
on one side.
"""

data_preprocessor = dict(
    type='BatchDataPreprocessor',
    num_classes=10,
    # RGB, of ImageNet
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
    # the size of the images is in the pipelines alone
    augments=[dict(type='BatchRandomFlip', prob=0.5)],
)

train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='RandomResizedCrop', scale=64, crop_ratio_range=(0.5, 1.0)),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(64, 64)),
    dict(type='PackInputs'),
]
train_images = dict(
    type='CustomDataset',
    data_root='data/images',
    extensions=(
        *('.jpg', '.jpeg', '.jfif', '.png', '.ppm', '.bmp', '.pgm'),
        *('.tif', '.tiff', '.webp'),
    ),
    pipeline=train_pipeline,
)
test_images = dict(train_images, pipeline=test_pipeline)

train_dataloader = dict(
    batch_size=128,
    num_workers=4,
    dataset=dict(
        type='HeldOutSplit',
        part='train',
        fraction=0.1,
        dataset=dict(
            type='HeldOutSplit',
            part='train',
            fraction=0.2,
            dataset=train_images,
        ),
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
    collate_fn=dict(type='batch_collate'),
    drop_last=True,
)
val_dataloader = dict(
    batch_size=128,
    num_workers=4,
    dataset=dict(
        type='HeldOutSplit',
        part='held_out',
        fraction=0.1,
        dataset=dict(
            type='HeldOutSplit',
            part='train',
            fraction=0.2,
            dataset=test_images,
        ),
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='batch_collate'),
)
test_dataloader = dict(
    batch_size=128,
    num_workers=4,
    dataset=dict(
        type='HeldOutSplit',
        part='held_out',
        fraction=0.2,
        dataset=test_images,
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='batch_collate'),
)
