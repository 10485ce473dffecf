"""By frequency or by index: the same tau where classes are sorted by count."""

import pytest
import torch
from mmpretrain.registry import DATASETS

from mmlt.datasets.counting import class_counts_of
from mmlt.functional import compression_factors, long_tailed_counts

from .recipes import COMPOSITIONS, RECIPES, parsed

LARGEST = {'CIFAR10LT': (10, 5000), 'CIFAR100LT': (100, 500)}
SMALL_SETS = [
    (f'{recipe}'.removeprefix('configs/').removesuffix('.py'), ())
    for recipe in RECIPES
    if recipe.parts[1] == 'fcc'
] + [entry for entry in COMPOSITIONS if 'fcc' in entry[1]]
SMALL_SETS = [
    (recipe, overlays)
    for recipe, overlays in SMALL_SETS
    if 'cifar' in recipe or 'digits' in recipe
]


def counts_of(dataset):
    if dataset['type'] in LARGEST:
        classes, largest = LARGEST[dataset['type']]
        return long_tailed_counts(
            classes, largest, dataset['imbalance_ratio'], dataset['profile']
        )
    return class_counts_of(DATASETS.build(dataset))


def necks_of(cfg):
    """Settings of every FCCNeck of a config, the teacher's included."""
    found = []

    def walk(value):
        if isinstance(value, dict):
            if value.get('type') == 'FCCNeck':
                found.append(value)
            value = value.values()
        if not isinstance(value, str):
            for part in value:
                walk_if_container(part)

    def walk_if_container(part):
        if isinstance(part, dict | list | tuple):
            walk(part)

    walk(cfg.to_dict())
    return found


@pytest.mark.parametrize(
    ('recipe', 'overlays'), SMALL_SETS, ids=lambda x: str(x)
)
def test_both_orders_are_the_same_on_cifar_and_the_digits(recipe, overlays):
    cfg = parsed(recipe, *overlays)
    dataset = dict(cfg.train_dataloader.dataset)
    if dataset['type'] == 'HeldOutSplit':
        dataset = dict(dataset['dataset'])
    dataset.setdefault('profile', 'exponential')
    counts = torch.as_tensor(counts_of(dataset))
    necks = necks_of(cfg)
    assert necks or recipe.startswith('tau_norm')  # of its first stage
    for neck in necks:
        assert 'order' not in neck  # the default
        settings = (len(counts), neck['gamma'])
        by_count = compression_factors(*settings, counts=counts)
        by_index = compression_factors(*settings, order='index')
        assert torch.equal(by_count, by_index)
