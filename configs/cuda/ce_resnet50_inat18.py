"""CUDA (augmentation by what the network gets right), cross-entropy,
ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/cuda/ce_resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/cmo_imagenetlt_100e.py',
    '../_base_/default_runtime.py',
]

data_preprocessor = dict(type='CurriculumDataPreprocessor')
train_dataloader = dict(batch_size=512)
auto_scale_lr = dict(base_batch_size=512)
custom_hooks = [*_base_.custom_hooks, dict(type='AugmentCurriculumHook')]
