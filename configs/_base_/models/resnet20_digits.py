"""ResNet-20 for small images and a linear head with 10 classes."""

model = dict(
    type='LongTailClassifier',
    backbone=dict(type='CIFARResNet', depth=20),
    neck=[dict(type='GlobalAveragePooling')],
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        init_cfg=None,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
