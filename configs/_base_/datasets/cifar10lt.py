"""CIFAR-10-LT, imbalance ratio 100: 12,406 training images; test 10,000."""

data_preprocessor = dict(
    type='BatchDataPreprocessor',
    num_classes=10,
    # RGB, of CIFAR-10 for CIFAR-100 too, as in the published code
    mean=[125.307, 122.961, 113.8575],
    std=[51.5865, 50.847, 51.255],
    to_rgb=False,
    augments=[
        dict(type='BatchRandomCrop', size=32, padding=4),
        dict(type='BatchRandomFlip', prob=0.5),
    ],
)

train_dataloader = dict(
    batch_size=128,
    num_workers=0,  # the images are in memory and served as batches
    dataset=dict(
        type='CIFAR10LT',
        data_root='data/cifar10',
        split='train',
        imbalance_ratio=100,
        pipeline=[],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
    collate_fn=dict(type='batch_collate'),
    drop_last=True,
    persistent_workers=False,
)

val_dataloader = dict(
    batch_size=500,
    num_workers=0,
    dataset=dict(
        type='CIFAR10LT',
        data_root='data/cifar10',
        split='test',
        pipeline=[],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='batch_collate'),
    persistent_workers=False,
)

test_dataloader = val_dataloader
