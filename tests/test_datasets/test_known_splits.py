"""The facts, against the published lists themselves."""

import hashlib
import json

import numpy as np
import pytest

from mmlt.datasets import read_list
from mmlt.datasets.known_splits import (
    CB,
    COUNTS_SHA256,
    KNOWN_SPLITS,
    SADE,
    counts_sha256,
)
from mmlt.functional import shot_groups

SPLITS = {
    (data, name): split
    for data, splits in KNOWN_SPLITS.items()
    for name, split in splits.items()
}


@pytest.mark.parametrize('key', SPLITS, ids='-'.join)
def test_facts_agree_with_each_other(key):
    split = SPLITS[key]
    if split.counts is None:
        assert key == ('inat18', 'train')
        return
    assert len(split.counts) == split.num_classes
    assert sum(split.counts) == split.images
    assert split.difference(split.counts) == ''


@pytest.mark.parametrize('data', COUNTS_SHA256)
def test_counts_and_shots_of_the_training_sets(data):
    split = SPLITS[data, 'train']
    assert counts_sha256(split.counts) == COUNTS_SHA256[data]
    groups = shot_groups(split.counts)
    assert tuple(int(g.sum()) for g in groups.values()) == split.shots
    assert min(split.counts) == 5


def test_class_counts_of_imagenet_lt(published_lists):
    path = published_lists / 'imagenetLT_cls_freq.json'
    counts = json.loads(path.read_text())
    assert SPLITS['imagenetlt', 'train'].counts == tuple(counts)


@pytest.mark.parametrize('key', SPLITS, ids='-'.join)
@pytest.mark.parametrize(('prefix', 'publisher'), [('cb', CB), ('sade', SADE)])
def test_published_lists_are_the_known_ones(
    published_lists, key, prefix, publisher
):
    split = SPLITS[key]
    path = published_lists / f'{prefix}_{split.file}'
    if not path.is_file():
        assert publisher not in split.sha256
        pytest.skip('this list is not at hand')
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == split.sha256[publisher]
    table = read_list(path, split.num_classes)
    counts = np.bincount(table.labels, minlength=split.num_classes)
    assert tuple(counts.tolist()) == split.counts
    assert len(table) == split.images


def test_what_differs_is_said():
    split = SPLITS['placeslt', 'train']
    counts = list(split.counts)
    assert split.difference(counts[:-1]) == '364 classes instead of 365'
    counts[3] += 1
    assert split.difference(counts) == '62501 images instead of 62500'
    counts[9] -= 1
    assert split.difference(counts) == (
        '2 classes have another number of images, first class 3: 87 '
        'instead of 86'
    )
