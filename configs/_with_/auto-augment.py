"""AutoAugment and Cutout on CIFAR-10-LT and CIFAR-100-LT, after crop and flip.

As BalPoE, SHIKE and others train for their best results (the policy of
CIFAR-10 on both sets, squares of 16 pixels), without the rotation that they
have otherwise. For recipes of one view; those of several have it in one of
them. Before held-out, if both are named.
"""

needs = {
    'train_dataloader.dataset.type': ['CIFAR10LT', 'CIFAR100LT'],
    'data_preprocessor.type': ['BatchDataPreprocessor'],
}

_rotation = 'BatchRandomRotation'
_augments = [
    augment
    for augment in _base_.data_preprocessor.augments
    if augment['type'] != _rotation
]

data_preprocessor = dict(
    augments=[
        *_augments,
        *(
            augment
            for augment in (
                dict(type='BatchAutoAugment', policy='cifar10'),
                dict(type='BatchCutout', size=16),
            )
            if augment not in _augments
        ),
    ],
)
