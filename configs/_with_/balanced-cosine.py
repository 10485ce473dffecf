"""A cosine classifier with scale 16 and balanced softmax in place of vMF.

As cos_classifier_balancedloss.yaml of the published code has it for
ImageNet-LT: the vMF classifier with all concentrations fixed at 16.
"""

needs = {'model.head.type': ['VMFClsHead']}

model = dict(
    head=dict(
        _delete_=True,
        type='CosineClsHead',
        num_classes=_base_.model.head.num_classes,
        in_channels=_base_.model.head.in_channels,
        scale=16.0,
        balanced=True,
    ),
)
