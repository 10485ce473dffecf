"""Wilson's interval against scipy."""

import pytest
import torch
from scipy.stats import binomtest

from mmlt.functional import wilson_interval


@pytest.mark.parametrize('number', [1, 2, 9, 100, 10_000])
def test_against_scipy(number):
    hits = sorted({0, 1, number // 3, number - 1, number})
    low, high = wilson_interval(
        torch.tensor(hits), torch.full((len(hits),), number)
    )
    for k, a, b in zip(hits, low.tolist(), high.tolist(), strict=True):
        theirs = binomtest(k, number).proportion_ci(method='wilson')
        # at the ends theirs is 1e-17 beside 0, ours exact
        assert a == pytest.approx(theirs.low, rel=1e-12, abs=1e-15)
        assert b == pytest.approx(theirs.high, rel=1e-12, abs=1e-15)


def test_of_no_sample_nothing_is_known():
    low, high = wilson_interval(torch.tensor([0]), torch.tensor([0]))
    assert (low.item(), high.item()) == (0, 1)


def test_all_or_none_is_no_point():
    hits, number = torch.tensor([0, 2]), torch.tensor([2, 2])
    low, high = wilson_interval(hits, number)
    assert low[0] == 0
    assert high[1] == 1
    assert high[0] > 0.5
    assert low[1] < 0.5
