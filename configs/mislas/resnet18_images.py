"""MiSLAS, second stage after mixup: label-aware smoothing, shifted statistics,
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/mislas/resnet18_images.py
"""

_base_ = [
    '../_base_/models/resnet18_images.py',
    '../_base_/datasets/image_folder.py',
    '../_base_/schedules/images_classifier_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(
    config='mmlt::mislas/stage1_resnet18_images.py', same_data=True
)
model = dict(
    type='ShiftedNormClassifier',
    frozen=['backbone'],
    shift_bn=True,
    head=dict(
        type='LWSClsHead',
        loss=dict(
            type='LabelAwareSmoothLoss', head_smoothing=0.3, tail_smoothing=0.0
        ),
    ),
)
train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'head.fc': dict(lr_mult=0.05)}),
)
