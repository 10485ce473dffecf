"""Learnable weight scaling (LWS) after cross-entropy, ResNet-50 on ImageNet-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/lws/resnet50_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet50_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/imagenetlt_classifier_5e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet50_imagenetlt.py')
model = dict(frozen=['backbone', 'head.fc'], head=dict(type='LWSClsHead'))
train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
