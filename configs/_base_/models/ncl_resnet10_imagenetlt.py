"""Three whole ResNet-10 that learn from each other, for NCL.

Cosine classifiers, scale 16 on ImageNet-LT.
"""

_base_ = './resnet10_imagenetlt.py'

model = dict(
    type='NCLClassifier',
    num_experts=3,
    head=dict(
        type='NCLClsHead',
        num_experts=3,
        hard_fraction=0.3,
        distill_weight=0.6,
        scale=16.0,
        # as in the published code, beside its cosine
        bias=True,
        unit_rows=False,
    ),
)
