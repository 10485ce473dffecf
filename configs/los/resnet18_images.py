"""LOS, classifier re-trained with label smoothing 0.98,
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/los/resnet18_images.py
"""

_base_ = [
    '../_base_/models/resnet18_images.py',
    '../_base_/datasets/image_folder.py',
    '../_base_/schedules/images_classifier_10e.py',
    '../_base_/images_runtime.py',
]

# learning rate times weight decay, 5e-5, is that of the published stage 1
first_stage = dict(config='mmlt::ce/resnet18_images.py', same_data=True)
smoothing = dict(
    type='LabelAwareSmoothLoss', head_smoothing=0.98, tail_smoothing=0.98
)
model = dict(frozen=['backbone'], head=dict(loss=smoothing))
optim_wrapper = dict(optimizer=dict(lr=5e-4, weight_decay=0.0))
