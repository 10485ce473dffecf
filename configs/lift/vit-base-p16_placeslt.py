"""LIFT, ViT-B/16 of CLIP with AdaptFormer, on Places-LT.

Write the start of the classifier first (README.md), and put the weights where configs/_base_/models/vit-base-p16-lift.py says.
Theirs (accuracy): 52.2 with five crops (README of the code).
Ours: not run yet.
Run: python tools/train.py configs/lift/vit-base-p16_placeslt.py
"""

_base_ = [
    '../_base_/models/vit-base-p16-lift.py',
    '../_base_/datasets/placeslt.py',
    '../_base_/schedules/lift_10e.py',
    '../_base_/default_runtime.py',
]

model = dict(backbone=dict(num_classes=365), head=dict(num_classes=365))
data_preprocessor = dict(  # those of CLIP
    mean=[122.771, 116.746, 104.094],
    std=[68.5, 66.632, 70.323],
    augments=[dict(type='BatchRandomFlip', prob=0.5)],
)
start = dict(
    type='ClassifierStartHook', weights='data/weights/clip_text_placeslt.pth'
)
custom_hooks = [*_base_.custom_hooks, start]
