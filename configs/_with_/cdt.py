"""CDT (class-dependent temperatures) for cross-entropy, on large sets.

gamma 0.2, as in the configs of FCC.
Those are for CIFAR-LT, which has recipes of its own in configs/cdt.
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

model = dict(head=dict(loss=dict(type='CDTLoss', gamma=0.2)))
