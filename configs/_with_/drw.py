"""Deferred re-weighting: cross-entropy first, the loss of the recipe at the end.

From epoch 160 of 200, as in Bag of Tricks; on the digits from epoch 28 of 40,
where their learning rate falls. For losses that count classes; recipes in
configs/drw have another loss before.
"""

needs = {
    'model.head.type': ['LinearClsHead'],
    'model.head.loss.type': [
        'BalancedSoftmaxLoss',
        'CDTLoss',
        'ClassBalancedCELoss',
        'LabelAwareSmoothLoss',
        'LogitAdjustedLoss',
    ],
}

_set = _base_.train_dataloader.dataset
while 'dataset' in _set:  # one that selects from another
    _set = _set.dataset

model = dict(
    head=dict(
        loss=dict(
            _delete_=True,
            type='DeferredLoss',
            before=dict(type='CrossEntropyLoss'),
            after={
                key: value
                for key, value in _base_.model.head.loss.items()
                if (key, value) != ('loss_weight', 1.0)  # as by default
            },
            begin=0.7 if _set.type == 'DigitsLT' else 0.8,
        ),
    ),
)
