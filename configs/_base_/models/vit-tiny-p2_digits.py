"""A vision transformer of 2 blocks for 8x8 images, and a linear head."""

model = dict(
    type='LongTailClassifier',
    backbone=dict(
        type='VisionTransformer',
        arch=dict(
            embed_dims=64,
            num_layers=2,
            num_heads=4,
            feedforward_channels=128,
        ),
        img_size=8,
        patch_size=2,
    ),
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
