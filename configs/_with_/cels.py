"""CELS (label smoothing) for cross-entropy, on large sets.

0.1 for every class, as in the configs of FCC.
Those are for CIFAR-LT, which has recipes of its own in configs/cels.
"""

needs = {
    'model.head.type': ['LinearClsHead'],
    'model.head.loss.type': ['CrossEntropyLoss'],
    'train_dataloader.dataset.type': [
        'ImageNetLT',
        'INaturalist18',
        'PlacesLT',
    ],
}

model = dict(
    head=dict(
        loss=dict(
            type='LabelAwareSmoothLoss', head_smoothing=0.1, tail_smoothing=0.1
        )
    )
)
