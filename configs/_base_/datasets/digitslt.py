"""DigitsLT: 8x8 digits of scikit-learn, imbalance ratio 20, embedded."""

data_preprocessor = dict(
    type='BatchDataPreprocessor',
    num_classes=10,
    mean=[77.8, 77.8, 77.8],
    std=[95.9, 95.9, 95.9],
    to_rgb=False,
    augments=[dict(type='BatchRandomCrop', size=8, padding=1)],
)

train_dataloader = dict(
    batch_size=32,
    num_workers=0,  # the images are in memory and served as batches
    dataset=dict(
        type='DigitsLT', split='train', imbalance_ratio=20, pipeline=[]
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
    collate_fn=dict(type='batch_collate'),
    drop_last=True,
    persistent_workers=False,
)

val_dataloader = dict(
    batch_size=200,
    num_workers=0,
    dataset=dict(type='DigitsLT', split='test', pipeline=[]),
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='batch_collate'),
    persistent_workers=False,
)

test_dataloader = val_dataloader
