"""The loss of class-feature consistency (CFC) beside that of the vMF classifier."""

needs = {'model.head.type': ['VMFClsHead']}

model = dict(
    head=dict(
        aux_losses=[
            *_base_.model.head.get('aux_losses', []),
            dict(type='ClassFeatureConsistencyLoss'),
        ],
    ),
)
