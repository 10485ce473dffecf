"""ResNet-32 for 32x32 images and a linear head: 464,154 parameters."""

model = dict(
    type='LongTailClassifier',
    backbone=dict(type='CIFARResNet', depth=32),
    neck=[dict(type='GlobalAveragePooling')],
    head=dict(
        type='LinearClsHead',
        num_classes=10,
        in_channels=64,
        # torch's own initialization of nn.Linear, as in the published code
        init_cfg=None,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
