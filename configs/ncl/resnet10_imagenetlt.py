"""NCL (three networks, RandAugment), ResNet-10 on ImageNet-LT.

The published config has ResNet-50; all else is the same.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/ncl/resnet10_imagenetlt.py
"""

_base_ = [
    '../_base_/models/ncl_resnet10_imagenetlt.py',
    '../_base_/datasets/imagenetlt_randaugment.py',
    '../_base_/schedules/ncl_imagenetlt_200e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=256)
