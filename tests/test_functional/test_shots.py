import math

import pytest
import torch

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
