"""FCN on a dilated ResNet-18 of half the usual width, for 11 classes."""

_norm = dict(type='BN')
_head = dict(
    type='FCNHead',
    num_convs=1,
    concat_input=False,
    num_classes=11,
    norm_cfg=_norm,
    align_corners=False,
)
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        size=(128, 128),
        seg_pad_val=255,
    ),
    backbone=dict(
        type='ResNetV1c',
        depth=18,
        base_channels=32,
        stem_channels=32,
        num_stages=4,
        out_indices=(0, 1, 2, 3),
        dilations=(1, 1, 2, 4),
        strides=(1, 2, 1, 1),
        norm_cfg=_norm,
    ),
    decode_head=dict(
        _head,
        in_channels=256,
        in_index=3,
        channels=128,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True),
    ),
    auxiliary_head=dict(
        _head,
        in_channels=128,
        in_index=2,
        channels=64,
        loss_decode=dict(
            type='CrossEntropyLoss', avg_non_ignore=True, loss_weight=0.4
        ),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
