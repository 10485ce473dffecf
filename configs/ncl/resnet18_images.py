"""NCL (three networks), ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/ncl/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(
    type='NCLClassifier',
    num_experts=3,
    head=dict(type='NCLClsHead', hard_fraction=0.3, distill_weight=0.6),
)
