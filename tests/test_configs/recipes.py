"""The recipes, and the compositions with overlays that are looked after."""

import copy
from functools import cache
from pathlib import Path

from mmlt import load_recipe

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / 'configs'
RECIPES = sorted(
    p.relative_to(ROOT)
    for p in CONFIGS.rglob('*.py')
    # for mmsegmentation and mmdetection: tests/test_dense
    if not {'_base_', '_with_', 'vmf_seg', 'vmf_det'} & set(p.parts)
)
CLASSES = {
    'cifar10lt': 10,
    'cifar100lt': 100,
    'digitslt': 10,
    'images': 10,
    'imagenetlt': 1000,
    'inat18': 8142,
    'placeslt': 365,
}
CIFAR10, CIFAR100 = CIFAR = 'resnet32_cifar10lt', 'resnet32_cifar100lt'
DIGITS = 'resnet20_digitslt'
SMALL = *CIFAR, DIGITS
IMAGENET = 'resnet10_imagenetlt'
IMAGES = 'resnet18_images'
STRATEGIES = [
    f'resampling/{s}_'
    for s in ('class-balanced', 'square-root', 'progressive')
]
# losses that --with drw defers
DEFERRED = ['bsce/', 'cbce/', 'cdt/', 'celas/', 'cels/']
LOSSES = [*DEFERRED, 'focal/', 'la/', 'seesaw/', 'vs/']
MIXING = ['mixup/', 'manifold_mixup/', 'remix/']
LATER = ['disalign/', 'mislas/', 'los/']  # two stages too, on fewer data sets
STAGES = ['crt/', 'lws/', 'tau_norm/']
# overlays -> recipes
GROUPS = {
    'ratio50': (
        [
            'ce/',
            'cmo/',
            'cuda/',
            'fcc/',
            'gcl/',
            'ldam/',
            'ncl/',
            'sade/',
            'balpoe/',
            'ride/',
            'mdcs/',
            'shike/',
            'lade/',
            'dive/',
            'dive/teacher_',
        ]
        + ['drw/focal_', 'drw/ldam_', 'resampling/bbn_']
        + LOSSES
        + MIXING
        + STAGES
        + LATER
        + STRATEGIES,
        CIFAR,
    ),
    'fcc': (
        ['ce/', 'cbfocal/', 'drw/focal_', *LOSSES, *MIXING, *STAGES]
        + LATER
        + STRATEGIES,
        CIFAR,
    ),
    'drw': (DEFERRED, SMALL),
    'drw ratio50': (DEFERRED, CIFAR),
    'drw fcc': (['bsce/', 'cbce/', 'cdt/'], CIFAR),
    'drs': (STRATEGIES, SMALL),
    'drs ratio50': (STRATEGIES, CIFAR),
    'drs fcc': (STRATEGIES, CIFAR),
    'post-hoc-la': (
        ['ce/'],
        [*SMALL, 'resnet50_imagenetlt', 'resnet50_inat18'],
    ),
    'post-hoc-la ratio50': (['ce/'], CIFAR),
    'icd': (['vmf/'], SMALL),
    'cfc': (['vmf/'], SMALL),
    'icd cfc': (['vmf/'], SMALL),
    'held-out': (['vmf/'], SMALL),
    'held-out short': (['ce/', 'fcc/', 'vmf/'], [CIFAR100]),
    'short': (['ce/', 'fcc/', 'vmf/'], CIFAR),
    'icd short': (['vmf/'], [CIFAR100]),
}
FURTHER = [
    *((f'{method}{DIGITS}', 'fcc') for method in ['ce/', *MIXING]),
    *((f'{method}{IMAGES}', 'fcc') for method in ['ce/', 'bsce/', 'crt/']),
    *((f'bsce/{IMAGES}', overlays) for overlays in ('drw', 'short')),
    (f'resampling/square-root_{IMAGES}', 'drs'),
    *((f'{method}{IMAGENET}', 'fcc') for method in ['ce/', 'focal/', *STAGES]),
    *(
        (f'ce/{name}', 'fcc')
        for name in (
            'resnet50_imagenetlt',
            'resnext50_imagenetlt',
            'resnet50_inat18',
            'resnet152_placeslt',
        )
    ),
    ('cbce/resnet50_inat18', 'fcc'),
    (f'ncl/{CIFAR100}', 'fcc'),
    (f'dive/teacher_{CIFAR10}', 'fcc'),
    (f'vmf/{CIFAR100}_cosine', 'short'),
    *(
        ('vmf/resnext50_imagenetlt', overlays)
        for overlays in ('icd', 'cfc', 'icd cfc', 'cosine', 'balanced-cosine')
    ),
    (f'vmf/{CIFAR100}', 'cosine'),
    (f'vmf/{CIFAR100}', 'balanced-cosine'),
]
COMPOSITIONS = sorted(
    {
        *(
            (f'{method}{data}', tuple(overlays.split()))
            for overlays, (methods, data_sets) in GROUPS.items()
            for method in methods
            for data in data_sets
        ),
        *((recipe, tuple(overlays.split())) for recipe, overlays in FURTHER),
    }
)


@cache
def _parsed(name, overlays):
    return load_recipe(CONFIGS / f'{name}.py', overlays)


def parsed(recipe, *overlays):
    """A recipe with overlays, 'ce/resnet32_cifar10lt'; not to be changed."""
    name = f'{recipe}'.removeprefix('configs/').removesuffix('.py')
    return _parsed(name, overlays)


def load(recipe, *overlays):
    """The same, to be changed."""
    return copy.deepcopy(parsed(recipe, *overlays))
