import math

import numpy as np
import pytest
import torch
from sklearn.metrics import recall_score

from mmlt.datasets.known_splits import KNOWN_SPLITS
from mmlt.functional import (
    group_accuracy,
    long_tailed_counts,
    mean_accuracy,
    shot_groups,
)
from mmlt.functional.shots import SHOT_LIMITS


def test_convention_both_limits_are_medium():
    groups = shot_groups([101, 100, 20, 19])
    assert groups['many'].tolist() == [True, False, False, False]
    assert groups['medium'].tolist() == [False, True, True, False]
    assert groups['few'].tolist() == [False, False, False, True]


def test_every_class_is_in_one_group():
    groups = shot_groups(torch.randint(0, 300, (1000,)))
    assert (sum(g.int() for g in groups.values()) == 1).all()


def test_limits_are_options():
    groups = shot_groups([6, 5, 4, 3], many=5, few=4)
    assert [g.sum().item() for g in groups.values()] == [1, 2, 1]


def test_accuracy_counts_the_samples_of_the_group_alone():
    labels = torch.tensor([0, 0, 1, 2, 2, 2])
    correct = torch.tensor([True, False, True, True, False, False])
    group = torch.tensor([True, False, True])
    got = group_accuracy(correct, labels, group)
    assert got.item() == pytest.approx((1 / 2 + 1 / 3) / 2, rel=1e-15)
    got = group_accuracy(correct, labels, group, average='images')
    assert got.item() == 2 / 5


def test_an_empty_group_is_nan():
    value = group_accuracy(
        torch.tensor([True]), torch.tensor([0]), torch.tensor([False, True])
    )
    assert math.isnan(value)


def test_refuses_limits_in_the_wrong_order():
    with pytest.raises(ValueError, match='few=30 and many=10'):
        shot_groups([1], many=10, few=30)


def test_groups_against_the_intervals_of_numpy():
    counts = np.random.default_rng(0).integers(0, 300, 500)
    counts[:4] = 19, 20, 100, 101
    # 0: below 20; 1: 20 to 100; 2: from 101 on
    place = np.digitize(counts, [20, 101])
    groups = shot_groups(counts)
    for name, number in (('few', 0), ('medium', 1), ('many', 2)):
        assert np.array_equal(groups[name].numpy(), place == number)


@pytest.mark.parametrize(
    ('average', 'theirs'), [('classes', 'macro'), ('images', 'micro')]
)
def test_accuracy_against_the_recall_of_sklearn(average, theirs):
    rng = np.random.default_rng(1)
    labels, predicted = rng.integers(0, 6, (2, 400))
    group = torch.tensor([True, False, True, False, False, True])
    value = group_accuracy(
        torch.from_numpy(labels == predicted),
        torch.from_numpy(labels),
        group,
        average,
    )
    expected = recall_score(
        labels, predicted, labels=[0, 2, 5], average=theirs
    )
    assert value.item() == pytest.approx(expected, rel=1e-15)


def test_both_averages_are_one_number_on_a_balanced_test_set():
    """To the last digit: both are rounded once."""
    rng = np.random.default_rng(0)
    for size in (1, 3, 7, 40, 50, 100):
        for classes in (1, 3, 35, 479):
            hits = torch.from_numpy(rng.integers(0, size + 1, classes))
            sizes = torch.full((classes,), size)
            both = [
                mean_accuracy(hits, sizes, average)
                for average in ('classes', 'images')
            ]
            assert repr(both[0]) == repr(both[1])


def test_a_class_without_a_sample_does_not_count():
    hits, sizes = torch.tensor([1, 0, 3]), torch.tensor([2, 0, 4])
    assert mean_accuracy(hits, sizes) == (1 / 2 + 3 / 4) / 2
    assert math.isnan(mean_accuracy(hits[1:2], sizes[1:2]))
    assert math.isnan(mean_accuracy(hits[1:2], sizes[1:2], 'images'))
    with pytest.raises(ValueError, match="'classes', 'images'"):
        mean_accuracy(hits, sizes, 'macro')


def test_the_averages_differ_where_the_test_set_is_long_tailed():
    """forward: the larger classes of a group have more test images."""
    sizes = torch.tensor([100, 50, 25, 12])
    hits = torch.tensor([90, 40, 10, 3])
    assert mean_accuracy(hits, sizes) == pytest.approx(0.5875, rel=1e-12)
    pooled = mean_accuracy(hits, sizes, 'images')
    assert pooled == pytest.approx(143 / 187, rel=1e-12)


@pytest.mark.parametrize(
    ('counts', 'more'),
    [
        # class 69 has 20 training images
        (long_tailed_counts(100, 500, 100), (0, 1)),
        (KNOWN_SPLITS['imagenetlt']['train'].counts, (6, 10)),
    ],
    ids=['cifar100lt', 'imagenetlt'],
)
def test_the_limits_of_ncl_count_what_has_exactly_100_or_20(counts, more):
    ours = shot_groups(counts, **SHOT_LIMITS['oltr'])
    theirs = shot_groups(counts, **SHOT_LIMITS['ncl'])
    counts = torch.as_tensor(counts)
    assert torch.equal(theirs['many'], counts >= 100)
    assert torch.equal(theirs['few'], counts <= 20)
    for name, number in zip(('many', 'few'), more, strict=True):
        assert theirs[name].sum() - ours[name].sum() == number
