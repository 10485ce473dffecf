"""Classifier re-training (cRT) after cross-entropy, ResNet-10 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/crt/resnet10_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet10_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/imagenetlt_classifier_30e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet10_imagenetlt.py')
model = dict(frozen=['backbone'])
train_dataloader = dict(
    batch_size=64,
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
custom_hooks = [*_base_.custom_hooks, dict(type='FreshPartsHook')]
