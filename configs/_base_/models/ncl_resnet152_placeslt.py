"""Three whole ResNet-152, pre-trained, that learn from each other, for NCL.

Cosine classifiers, scale 16; 122 of the 365 classes are hard, as published.
"""

_base_ = './resnet152_placeslt.py'

model = dict(
    type='NCLClassifier',
    num_experts=3,
    head=dict(
        type='NCLClsHead',
        num_experts=3,
        hard_fraction=122 / 365,
        distill_weight=0.6,
        scale=16.0,
        # as in the published code, beside its cosine
        bias=True,
        unit_rows=False,
    ),
)
