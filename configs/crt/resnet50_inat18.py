"""Classifier re-training (cRT) after cross-entropy, ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/crt/resnet50_inat18.py
"""

_base_ = [
    '../_base_/models/resnet50_inat18.py',
    '../_base_/datasets/inat18.py',
    '../_base_/schedules/inat18_classifier_30e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet50_inat18.py')
model = dict(frozen=['backbone'])
train_dataloader = dict(
    batch_size=512,
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
custom_hooks = [*_base_.custom_hooks, dict(type='FreshPartsHook')]
