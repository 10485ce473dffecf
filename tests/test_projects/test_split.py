"""Every class by its share, whole groups, and nothing twice."""

import numpy as np
import pytest

from mmlt.functional import held_out_rows
from mmlt.projects.split import split_rows

SHARES = {'val': 0.1, 'test': 0.2}


def counts(rows, labels):
    return {
        split: np.bincount(labels[own], minlength=labels.max() + 1).tolist()
        for split, own in rows.items()
    }


@pytest.mark.parametrize('seed', range(3))
def test_every_image_is_in_one_list(seed):
    rng = np.random.RandomState(seed)
    labels = rng.randint(0, 9, 300)
    groups = np.arange(300)
    groups[rng.randint(0, 300, 60)] = rng.randint(0, 20, 60)
    rows = split_rows(labels, groups, SHARES, seed)
    whole = np.concatenate(list(rows.values()))
    assert sorted(whole.tolist()) == list(range(300))
    side = np.empty(300, dtype=object)
    for split, own in rows.items():
        side[own] = split
    for group in np.unique(groups):
        assert len(set(side[groups == group])) == 1
        if len(set(labels[groups == group])) > 1:
            assert side[groups == group][0] == 'train'


def test_shares_of_small_classes():
    """One: training. Two: test too. Three: one each. Ten: 7, 1, 2."""
    sizes = [1, 2, 3, 4, 10, 100]
    labels = np.repeat(np.arange(6), sizes)
    rows = split_rows(labels, np.arange(len(labels)), SHARES)
    assert counts(rows, labels) == {
        'train': [1, 1, 1, 2, 7, 70],
        'val': [0, 0, 1, 1, 1, 10],
        'test': [0, 1, 1, 1, 2, 20],
    }


def test_without_copies_it_is_what_a_held_out_split_gives():
    labels = np.random.RandomState(1).randint(0, 5, 200)
    rows = split_rows(labels, np.arange(200), SHARES, seed=3)
    test = held_out_rows(labels, 0.2, 3)
    rest = np.setdiff1d(np.arange(200), test)
    val = rest[held_out_rows(labels[rest], 0.1 / 0.8, 3)]
    assert (rows['test'] == test).all()
    assert (rows['val'] == val).all()


def test_a_class_of_copies_alone_is_trained_on():
    labels = np.repeat([0, 1], [10, 4])
    groups = np.arange(14)
    groups[10:] = 10
    rows = split_rows(labels, groups, SHARES)
    assert set(range(10, 14)) <= set(rows['train'].tolist())


def test_splits_of_the_source_stay():
    labels = np.tile([0, 1], 20)
    given = np.asarray(['train'] * 30 + ['test'] * 10)
    rows = split_rows(labels, np.arange(40), SHARES, given=given)
    assert rows['test'].tolist() == list(range(30, 40))
    assert len(rows['val']) == 4  # a tenth of fifteen, rounded, of each
    given[:5] = 'val'
    rows = split_rows(labels, np.arange(40), SHARES, given=given)
    assert rows['val'].tolist() == list(range(5))
    assert rows['train'].tolist() == list(range(5, 30))


def test_another_seed_gives_other_lists():
    labels = np.repeat([0, 1], 50)
    first, second, again = (
        split_rows(labels, np.arange(100), SHARES, seed)['test'].tolist()
        for seed in (0, 1, 0)
    )
    assert first == again
    assert first != second
