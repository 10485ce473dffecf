"""Classifier re-training (cRT) after cross-entropy, ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): 49.6 (Decoupling README, another stage 1).
Ours: not run yet.
Run: python tools/train.py configs/crt/resnext50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnext50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/imagenetlt_classifier_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnext50_imagenetlt.py')
model = dict(frozen=['backbone'])
train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
custom_hooks = [*_base_.custom_hooks, dict(type='FreshPartsHook')]
