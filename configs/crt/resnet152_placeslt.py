"""Classifier re-training (cRT) after cross-entropy, ResNet-152 on Places-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/crt/resnet152_placeslt.py
"""

_base_ = [
    '../_base_/models/resnet152_placeslt.py',
    '../_base_/datasets/placeslt.py',
    '../_base_/schedules/placeslt_classifier_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet152_placeslt.py')
model = dict(frozen=['backbone'])
train_dataloader = dict(
    batch_size=256,
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
custom_hooks = [*_base_.custom_hooks, dict(type='FreshPartsHook')]
