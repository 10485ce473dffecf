"""Learnable weight scaling (LWS) after cross-entropy.

ResNet-18 on images of your own.
Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/lws/resnet18_images.py
"""

_base_ = [
    '../_base_/models/resnet18_images.py',
    '../_base_/datasets/image_folder.py',
    '../_base_/schedules/images_classifier_10e.py',
    '../_base_/images_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet18_images.py', same_data=True)
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='LWSClsHead'),
)
train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='LongTailSampler', strategy='class_balanced'
    ),
)
