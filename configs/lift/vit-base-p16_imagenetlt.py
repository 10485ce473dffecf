"""LIFT, ViT-B/16 of CLIP with AdaptFormer, on ImageNet-LT.

Write the start of the classifier first (README.md), and put the weights where configs/_base_/models/vit-base-p16-lift.py says.
Theirs (accuracy): 78.3 with five crops (README of the code).
Ours: not run yet.
Run: python tools/train.py configs/lift/vit-base-p16_imagenetlt.py
"""

_base_ = [
    '../_base_/models/vit-base-p16-lift.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/lift_10e.py',
    '../_base_/default_runtime.py',
]

model = dict(backbone=dict(num_classes=1000), head=dict(num_classes=1000))
data_preprocessor = dict(  # those of CLIP
    mean=[122.771, 116.746, 104.094],
    std=[68.5, 66.632, 70.323],
    augments=[dict(type='BatchRandomFlip', prob=0.5)],
)
train_dataloader = dict(batch_size=128)
start = dict(
    type='ClassifierStartHook', weights='data/weights/clip_text_imagenetlt.pth'
)
custom_hooks = [*_base_.custom_hooks, start]
