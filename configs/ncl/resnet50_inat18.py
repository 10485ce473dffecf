"""NCL (three networks, RandAugment), ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/ncl/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/ncl_resnet50_inat18.py',
    '../_base_/datasets/inat18_randaugment.py',
    '../_base_/schedules/ncl_inat18_400e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=512)
