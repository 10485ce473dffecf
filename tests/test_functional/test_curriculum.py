"""Levels of augmentation per class."""

import pytest
import torch

from mmlt.functional import next_levels, trials_per_level

LEVELS = torch.tensor([0, 0, 1, 2, 3, 3])
CORRECT = torch.tensor(
    [
        [7, 0, 0, 0],
        [6, 0, 0, 0],
        [10, 13, 0, 0],
        [9, 13, 18, 0],
        [7, 13, 19, 25],
        [10, 20, 30, 24],
    ]
)


def test_levels_are_those_of_the_published_rule():
    """Lines 80 to 92 of cifar/train/train_fn/base.py, CUDA_LTR@f4c8d35."""
    trials = trials_per_level(LEVELS, 10, highest=3)
    moved = next_levels(LEVELS, CORRECT, trials)
    assert moved.tolist() == [1, 0, 2, 1, 3, 2]
    assert moved.dtype == LEVELS.dtype


def test_a_level_adds_ten_trials():
    """`num_test` of them at level 0, line 44 of the same file."""
    trials = trials_per_level(torch.tensor([2]), 10)
    assert trials.tolist() == [[10, 20, 30] + [0] * 8]


def test_convention_the_share_must_be_exceeded():
    correct, trials = torch.tensor([[3, 0]]), torch.tensor([[5, 0]])
    assert next_levels(torch.tensor([0]), correct, trials).item() == 0
    rises = next_levels(torch.tensor([0]), correct, trials, accept=0.59)
    assert rises.item() == 1


def test_one_failed_level_lowers_a_class_whatever_the_others():
    levels = torch.tensor([3])
    trials = trials_per_level(levels, 10, highest=3)
    for level in range(4):
        correct = trials.clone()
        correct[0, level] = 0
        assert next_levels(levels, correct, trials).item() == 2
    assert next_levels(levels, trials, trials).item() == 3  # the highest


def test_levels_above_that_of_the_class_do_not_count():
    correct = torch.tensor([[10, 0, 0]])
    trials = torch.tensor([[10, 50, 50]])
    assert next_levels(torch.tensor([0]), correct, trials).item() == 1


def test_a_class_without_images_stays_at_the_bottom():
    none = torch.zeros(1, 3, dtype=torch.long)
    assert next_levels(torch.tensor([0]), none, none).item() == 0


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match='accept'):
        next_levels(LEVELS, CORRECT, CORRECT, accept=1.5)
    with pytest.raises(ValueError, match='num_trials'):
        trials_per_level(LEVELS, 0)
    with pytest.raises(ValueError, match='highest'):
        trials_per_level(LEVELS, 10, highest=-1)
