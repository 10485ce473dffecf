"""SADE (three experts, tau 2), ResNet-50 on ImageNet-LT.

The published config has ResNeXt-50; all else is the same.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/sade/resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/sade_resnet50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/sade_imagenetlt_180e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=64)
