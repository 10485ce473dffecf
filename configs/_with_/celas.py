"""CELAS (label-aware smoothing) for cross-entropy, on large sets.

0.4 for the largest class to 0.1, as in the configs of FCC.
Those are for CIFAR-LT, which has recipes of its own in configs/celas.
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
            type='LabelAwareSmoothLoss', head_smoothing=0.4, tail_smoothing=0.1
        )
    )
)
