import math

import pytest
import torch
from scipy import stats

from mmlt.functional import mean_over_seeds, seed_difference


def test_mean_and_deviation_of_known_values():
    assert mean_over_seeds([1, 2, 3, 6]) == (3, pytest.approx((14 / 3) ** 0.5))


def test_difference_and_its_error_are_those_of_welchs_test():
    a, b = torch.randn(5).double(), torch.randn(3).double() * 2 + 1
    difference, error = seed_difference(a, b)
    expected = stats.ttest_ind(b.numpy(), a.numpy(), equal_var=False)
    assert difference / error == pytest.approx(expected.statistic, rel=1e-12)
    assert difference == pytest.approx((b.mean() - a.mean()).item())


def test_one_seed_has_no_spread():
    mean, deviation = mean_over_seeds([4.5])
    assert mean == 4.5
    assert math.isnan(deviation)
    difference, error = seed_difference([1.0], [2.0, 4.0])
    assert difference == 2
    assert math.isnan(error)


def test_nan_stays_nan():
    assert math.isnan(mean_over_seeds([1.0, float('nan')])[0])


def test_no_run_is_refused():
    with pytest.raises(ValueError, match='`values` to be the values of at'):
        mean_over_seeds([])
    with pytest.raises(ValueError, match='`second`'):
        seed_difference([1.0], [])
