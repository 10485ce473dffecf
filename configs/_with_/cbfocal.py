"""CB-focal (class-balanced focal loss) for cross-entropy, on large sets.

beta 0.9 and gamma 1, which the appendix of FCC has for all data.
Those are for CIFAR-LT, which has recipes of its own in configs/cbfocal.
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
    head=dict(loss=dict(type='ClassBalancedFocalLoss', gamma=1.0, beta=0.9))
)
