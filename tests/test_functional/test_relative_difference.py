import numpy as np
import pytest
import torch

from mmlt.functional import relative_difference


def test_relative_difference_is_of_the_largest_logit():
    expected = torch.tensor([[1.0, -4.0]])
    assert relative_difference(expected + 0.5, expected) == 0.125
    assert relative_difference(expected, expected) == 0


def test_against_the_maximum_norms_of_numpy():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 6, 5))
    expected = np.linalg.norm((x - y).ravel(), np.inf) / np.linalg.norm(
        y.ravel(), np.inf
    )
    got = relative_difference(torch.from_numpy(x), torch.from_numpy(y))
    assert got == pytest.approx(expected, rel=1e-15, abs=0)


def test_zero_is_compared_without_a_division_by_it():
    zero = torch.zeros(3)
    assert relative_difference(zero, zero) == 0
    assert relative_difference(zero + 1e-30, zero) == pytest.approx(1)


def test_nan_stays():
    bad = torch.tensor([1.0, float('nan')])
    assert np.isnan(relative_difference(bad, torch.ones(2)))


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r'shape of `expected`.*\(2,\)'):
        relative_difference(torch.ones(3), torch.ones(2))
