"""ResNet-152, pre-trained on ImageNet, and a linear head with 365 classes."""

model = dict(
    type='LongTailClassifier',
    backbone=dict(
        type='ResNet',
        depth=152,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet152'),
    ),
    neck=[dict(type='GlobalAveragePooling')],
    head=dict(
        type='LinearClsHead',
        num_classes=365,
        in_channels=2048,
        init_cfg=None,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
