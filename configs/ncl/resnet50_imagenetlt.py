"""NCL (three networks, RandAugment), ResNet-50 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/ncl/resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/ncl_resnet50_imagenetlt.py',
    '../_base_/datasets/imagenetlt_randaugment.py',
    '../_base_/schedules/ncl_imagenetlt_200e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=256)
