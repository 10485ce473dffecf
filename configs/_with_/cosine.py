"""A cosine classifier with scale 16 in place of the vMF classifier.

As cos_classifier_CEloss.yaml of the published code has it for ImageNet-LT:
cross-entropy, no concentration that is learned.
"""

needs = {'model.head.type': ['VMFClsHead']}

model = dict(
    head=dict(
        _delete_=True,
        type='CosineClsHead',
        num_classes=_base_.model.head.num_classes,
        in_channels=_base_.model.head.in_channels,
        scale=16.0,
    ),
)
