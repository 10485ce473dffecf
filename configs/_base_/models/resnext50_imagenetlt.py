"""ResNeXt-50 32x4d and a linear head with 1,000 classes."""

model = dict(
    type='LongTailClassifier',
    backbone=dict(
        type='ResNeXt',
        depth=50,
        groups=32,
        width_per_group=4,
        # as in the published code
        zero_init_residual=False,
    ),
    neck=[dict(type='GlobalAveragePooling')],
    head=dict(
        type='LinearClsHead',
        num_classes=1000,
        in_channels=2048,
        init_cfg=None,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
