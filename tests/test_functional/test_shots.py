import math

import numpy as np
import pytest
import torch
from sklearn.metrics import recall_score

from mmlt.functional import group_accuracy, shot_groups


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
    assert group_accuracy(correct, labels, group).item() == 2 / 5


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


def test_accuracy_against_the_recall_of_sklearn():
    """Over the samples of the group: sklearn's micro average."""
    rng = np.random.default_rng(1)
    labels, predicted = rng.integers(0, 6, (2, 400))
    group = torch.tensor([True, False, True, False, False, True])
    value = group_accuracy(
        torch.from_numpy(labels == predicted), torch.from_numpy(labels), group
    )
    expected = recall_score(
        labels, predicted, labels=[0, 2, 5], average='micro'
    )
    assert value.item() == pytest.approx(expected, rel=1e-15)
