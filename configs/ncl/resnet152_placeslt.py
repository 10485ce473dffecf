"""NCL (three networks), ResNet-152 on Places-LT.

Schedule and settings of the published config, without its contrastive branch;
`_contrast` has it.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/ncl/resnet152_placeslt.py
"""

_base_ = [
    '../_base_/models/ncl_resnet152_placeslt.py',
    '../_base_/datasets/placeslt.py',
    '../_base_/schedules/ncl_placeslt_30e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=256)
