"""CUDA (augmentation by what the network gets right), balanced softmax,
ResNet-50 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/cuda/resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/cmo_imagenetlt_100e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(loss=dict(type='BalancedSoftmaxLoss')))
data_preprocessor = dict(type='CurriculumDataPreprocessor')
train_dataloader = dict(batch_size=256)
custom_hooks = [*_base_.custom_hooks, dict(type='AugmentCurriculumHook')]
