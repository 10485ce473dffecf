"""DisAlign (weights of power 1.2) after cross-entropy, ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/disalign/resnet18_images.py
"""

_base_ = [
    '../_base_/models/resnet18_images.py',
    '../_base_/datasets/image_folder.py',
    '../_base_/schedules/images_classifier_10e.py',
    '../_base_/images_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet18_images.py', same_data=True)
weighted = dict(
    type='ClassBalancedCELoss', reweight='cost_sensitive', power=1.2
)
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='DisAlignClsHead', loss=weighted),
)
