import pytest
import torch
from scipy import stats

from mmlt.functional import spearman_correlation
from mmlt.functional.correlation import average_ranks


@pytest.mark.parametrize('size', [2, 3, 10, 1000])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_equals_scipy(size, dtype):
    x = torch.randn(size, dtype=dtype)
    y = torch.randn(size, dtype=dtype) + x
    expected = stats.spearmanr(x.numpy(), y.numpy()).statistic
    value = spearman_correlation(x, y)
    assert value.dtype == torch.float64
    assert value.item() == pytest.approx(expected, rel=1e-12)


def test_ties_equal_scipy():
    x = torch.randint(0, 4, (50,))
    y = torch.randint(0, 7, (50,))
    expected = stats.spearmanr(x.numpy(), y.numpy()).statistic
    assert spearman_correlation(x, y).item() == pytest.approx(
        expected, rel=1e-12
    )
    assert torch.equal(
        average_ranks(x), torch.from_numpy(stats.rankdata(x.numpy()))
    )


def test_any_rising_function_gives_one():
    x = torch.rand(30)
    assert spearman_correlation(x, x.exp()) == 1
    assert spearman_correlation(x, -(x**3)) == -1


def test_nan_pairs_are_left_out():
    nan = float('nan')
    x = torch.tensor([1.0, 2, nan, 3, 9])
    y = torch.tensor([5.0, nan, 0, 6, 7])
    assert spearman_correlation(x, y) == 1


def test_without_two_pairs_or_any_spread_it_is_nan():
    one = torch.ones(1)
    assert spearman_correlation(one, one).isnan()
    assert spearman_correlation(torch.ones(4), torch.arange(4.0)).isnan()


def test_shapes_are_checked():
    with pytest.raises(ValueError, match=r'shape \(N,\), but got \(3,\)'):
        spearman_correlation(torch.ones(3), torch.ones(4))
