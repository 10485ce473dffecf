"""ResNet-10 (4,905,792 parameters) and a linear head with 1,000 classes."""

model = dict(
    type='LongTailClassifier',
    backbone=dict(type='ResNet10', depth=10),
    neck=[dict(type='GlobalAveragePooling')],
    head=dict(
        type='LinearClsHead',
        num_classes=1000,
        in_channels=512,
        # torch's own initialization of nn.Linear, as in the published code
        init_cfg=None,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
