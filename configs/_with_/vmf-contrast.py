"""The contrast of ProCo beside the classifier of any recipe of one view, on CIFAR-LT.

Two views of SimCLR join that of the recipe, which alone is mixed where the
recipe mixes images: a step passes three times as many. With multi-expert
networks the contrast sees the features of all experts. A second stage is left
as it is. Over `bsce`, with `auto-augment`, it is ProCo but for the schedule.
Ours beside other methods. Before held-out or tuning, if one is named.
"""

needs = {
    'train_dataloader.dataset.type': ['CIFAR10LT', 'CIFAR100LT'],
    'model.type': ['LongTailClassifier'],
    'data_preprocessor.type': ['BatchDataPreprocessor'],
}

_view = [
    dict(type='BatchRandomResizedCrop', size=32),
    dict(type='BatchRandomFlip', prob=0.5),
    dict(
        type='BatchRandomColorJitter',
        brightness=0.4,
        contrast=0.4,
        saturation=0.4,
        hue=0.1,
        prob=0.8,
    ),
    dict(type='BatchRandomGray', prob=0.2),
]
_mixes = _base_.data_preprocessor.get('mixing') is not None

if 'first_stage' not in _base_:
    model = dict(
        type='MultiViewClassifier',
        contrast=dict(type='VMFContrast', temperature=0.1),
    )
    data_preprocessor = dict(
        type='MixedViewDataPreprocessor'
        if _mixes
        else 'MultiViewDataPreprocessor',
        other_augments=[_view, _view],
    )
