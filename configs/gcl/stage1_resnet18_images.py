"""First stage of GCL: clouded logits (0.5 on the cosine) and mixup (alpha 1),
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/gcl/stage1_resnet18_images.py
"""

_base_ = '../mixup/resnet18_images.py'

head = dict(
    type='CosineClsHead',
    scale=30.0,
    loss=dict(_delete_=True, type='GaussianCloudedLoss', strength=15.0),
)
model = dict(head=head)
