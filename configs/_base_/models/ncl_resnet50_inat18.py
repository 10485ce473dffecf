"""Three whole ResNet-50 that learn from each other, for NCL.

Cosine classifiers, scale 32 on iNaturalist 2018.
"""

_base_ = './resnet50_inat18.py'

model = dict(
    type='NCLClassifier',
    num_experts=3,
    head=dict(
        type='NCLClsHead',
        num_experts=3,
        hard_fraction=0.3,
        distill_weight=0.6,
        scale=32.0,
        # as in the published code, beside its cosine
        bias=True,
        unit_rows=False,
    ),
)
