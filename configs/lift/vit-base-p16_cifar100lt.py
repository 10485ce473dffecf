"""LIFT, ViT-B/16 of CLIP with AdaptFormer, on CIFAR-100-LT, ratio 100.

Write the start of the classifier first (README.md), and put the weights where configs/_base_/models/vit-base-p16-lift.py says.
Theirs (accuracy): 81.7 with five crops (README of the code).
Ours: not run yet.
Run: python tools/train.py configs/lift/vit-base-p16_cifar100lt.py
"""

_base_ = [
    '../_base_/models/vit-base-p16-lift.py',
    '../_base_/datasets/cifar100lt_224.py',
    '../_base_/schedules/lift_10e.py',
    '../_base_/default_runtime.py',
]

model = dict(backbone=dict(num_classes=100), head=dict(num_classes=100))
data_preprocessor = dict(  # those of CLIP
    mean=[122.771, 116.746, 104.094],
    std=[68.5, 66.632, 70.323],
)
start = dict(
    type='ClassifierStartHook', weights='data/weights/clip_text_cifar100lt.pth'
)
custom_hooks = [*_base_.custom_hooks, start]
