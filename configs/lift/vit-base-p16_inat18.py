"""LIFT, ViT-B/16 of CLIP with AdaptFormer, on iNaturalist 2018.

Write the start of the classifier first (README.md), and put the weights where configs/_base_/models/vit-base-p16-lift.py says.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/lift/vit-base-p16_inat18.py
"""

_base_ = [
    '../_base_/models/vit-base-p16-lift.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/lift_20e.py',
    '../_base_/default_runtime.py',
]

model = dict(backbone=dict(num_classes=8142), head=dict(num_classes=8142))
data_preprocessor = dict(  # those of CLIP
    mean=[122.771, 116.746, 104.094],
    std=[68.5, 66.632, 70.323],
)
start = dict(
    type='ClassifierStartHook', weights='data/weights/clip_text_inat18.pth'
)
custom_hooks = [*_base_.custom_hooks, start]
