import math
from pathlib import Path

import numpy as np
import pytest
import scipy.special
import torch

from mmlt.functional import iv_ratio, log_iv

TABLE = np.genfromtxt(
    Path(__file__).parents[1] / 'references' / 'vmf.csv',
    delimiter=',',
    skip_header=1,
    names=True,
)
ORDERS = sorted(set(TABLE['order']))


def column(order, name):
    return torch.from_numpy(TABLE[name][TABLE['order'] == order].copy())


# --- someone else's numbers ---


@pytest.mark.parametrize('order', ORDERS)
def test_log_iv_against_mpmath(order):
    expected = column(order, 'log_iv')
    error = (log_iv(order, column(order, 'kappa')) - expected).abs()
    # measured: 1.5e-15 at worst
    assert (error / (1 + expected.abs())).max() <= 1e-14


@pytest.mark.parametrize('order', ORDERS)
def test_iv_ratio_against_mpmath(order):
    value = iv_ratio(order, column(order, 'kappa'))
    expected = column(order, 'mean_resultant')
    # measured: 8e-16 at worst
    torch.testing.assert_close(value, expected, rtol=5e-15, atol=0)


def test_float32_against_mpmath():
    for order in ORDERS:
        x = column(order, 'kappa').float()
        ratio = iv_ratio(order, x).double()
        expected = column(order, 'mean_resultant')
        torch.testing.assert_close(ratio, expected, rtol=6e-8, atol=0)
        expected = column(order, 'log_iv')
        error = (log_iv(order, x).double() - expected).abs()
        assert (error / (1 + expected.abs())).max() <= 6e-8


@pytest.mark.parametrize('order', [0, 0.5, 1, 7.5, 19.5, 20, 31, 100])
def test_against_scipy_where_ive_does_not_underflow(order):
    x = np.geomspace(1e-2, 1e5, 300)
    low, high = (scipy.special.ive(order + n, x) for n in (0, 1))
    seen = high > 1e-290
    assert seen.sum() > 100
    ours = log_iv(order, torch.from_numpy(x)).numpy()
    theirs = np.log(low[seen]) + x[seen]
    error = np.abs(ours[seen] - theirs) / (1 + np.abs(theirs))
    assert error.max() < 2e-14
    ours = iv_ratio(order, torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(
        ours[seen], high[seen] / low[seen], rtol=2e-13, atol=0
    )


def test_log_iv_keeps_its_digits_where_it_crosses_zero():
    """Near order * 0.66274, where the terms are 7,000 and their sum is 0.

    from mpmath import *; mp.dps = 60
    for x in (1359, 1359.25, 1359.5): print(log(besseli(2047, x)))
    """
    x = torch.tensor([1359.0, 1359.25, 1359.5], dtype=torch.float64)
    expected = torch.tensor(
        [-0.5452496866985445, -0.09331089402882355, 0.35857020952449065],
        dtype=torch.float64,
    )
    error = (log_iv(2047, x) - expected).abs() / (1 + expected.abs())
    assert error.max() < 5e-15


# --- limits and claims ---


def test_order_zero_is_the_function_of_torch():
    x = torch.linspace(0, 50, 101, dtype=torch.float64)
    expected = torch.log(torch.special.i0e(x)) + x
    torch.testing.assert_close(log_iv(0, x), expected, rtol=1e-13, atol=1e-15)


def test_half_order_is_a_hyperbolic_sine():
    x = torch.logspace(-3, 2, 50, dtype=torch.float64)
    expected = torch.log(torch.sqrt(2 / (torch.pi * x)) * torch.sinh(x))
    torch.testing.assert_close(
        log_iv(0.5, x), expected, rtol=1e-13, atol=1e-14
    )
    langevin = 1 / torch.tanh(x) - 1 / x
    large = x > 1  # below, the closed form cancels
    torch.testing.assert_close(
        iv_ratio(0.5, x)[large], langevin[large], rtol=1e-14, atol=0
    )


def test_small_x_is_the_leading_term():
    x = torch.logspace(-300, -9, 30, dtype=torch.float64)
    for order in (0.5, 3, 31, 1023):
        expected = order * torch.log(x / 2) - math.lgamma(order + 1)
        torch.testing.assert_close(
            log_iv(order, x), expected, rtol=1e-14, atol=0
        )
        torch.testing.assert_close(
            iv_ratio(order, x), x / (2 * order + 2), rtol=1e-14, atol=0
        )


def test_ratio_is_between_zero_and_one_and_rises():
    x = torch.logspace(-3, 5, 400, dtype=torch.float64)
    for order in (0, 0.5, 19.5, 20, 1023):
        ratio = iv_ratio(order, x)
        assert (ratio > 0).all()
        assert (ratio < 1).all()
        assert (ratio.diff() > 0).all()


def test_ratio_lies_between_the_bounds_of_amos():
    """Amos 1974: x/(v+1/2+sqrt(x^2+(v+3/2)^2)) < ratio < x/(v+sqrt(...))."""
    x = torch.logspace(1, 4, 100, dtype=torch.float64)
    for v in (0, 2.5, 31, 500):
        ratio = iv_ratio(v, x)
        low = x / (v + 0.5 + torch.hypot(x, torch.full_like(x, v + 1.5)))
        high = x / (v + torch.hypot(x, torch.full_like(x, v + 2)))
        assert (ratio > low).all()
        assert (ratio < high).all()


def test_recurrence_between_orders():
    """DLMF 10.29.1: I_{v-1} - I_{v+1} = (2 v / x) I_v."""
    x = torch.logspace(-1, 3, 60, dtype=torch.float64)
    for v in (1, 19.5, 20, 20.5, 64):
        left = 1 / iv_ratio(v - 1, x) - iv_ratio(v, x)
        torch.testing.assert_close(left, 2 * v / x, rtol=1e-11, atol=1e-13)


def test_orders_far_beyond_the_table_stay_in_order():
    x = torch.tensor([1.0, 1e3, 1e6], dtype=torch.float64)
    ratios = torch.stack([iv_ratio(v, x) for v in (2047, 1e4, 1e5, 1e6)])
    assert (ratios.diff(dim=0) < 0).all()
    # relative error 1 / (4 v) of the leading term of the expansion
    z = x / 1e6
    lead = z / (1 + torch.sqrt(1 + z * z))
    torch.testing.assert_close(ratios[-1], lead, rtol=2e-6, atol=0)


# --- edges ---


def test_zero_x():
    x = torch.zeros(2, dtype=torch.float64)
    assert log_iv(0, x).tolist() == [0, 0]
    for order in (0.5, 19, 20, 1023):
        assert log_iv(order, x).tolist() == [-math.inf] * 2
        assert iv_ratio(order, x).tolist() == [0, 0]


def test_huge_x():
    x = torch.tensor([1e8, 1e15, 1e150, 1e300], dtype=torch.float64)
    for order in (0, 7, 31, 2047):
        expected = x - 0.5 * torch.log(2 * torch.pi * x)
        torch.testing.assert_close(
            log_iv(order, x), expected, rtol=3e-10, atol=0
        )
        assert (iv_ratio(order, x) <= 1).all()
        torch.testing.assert_close(
            iv_ratio(order, x), 1 - (order + 0.5) / x, rtol=1e-9, atol=0
        )


def test_inf_x():
    x = torch.tensor([math.inf], dtype=torch.float64)
    for order in (0, 3, 31):
        assert log_iv(order, x).item() == math.inf
        assert iv_ratio(order, x).item() == 1


def test_nan_stays_where_it_is():
    x = torch.tensor([1.0, math.nan, 2.0], dtype=torch.float64)
    for order in (0, 3, 31):
        for function in (log_iv, iv_ratio):
            assert function(order, x).isnan().tolist() == [False, True, False]


def test_subnormal_x():
    x = torch.tensor([5e-324], dtype=torch.float64)
    for order in (0, 3, 1023):
        assert log_iv(order, x).item() <= 0
    assert 0 <= iv_ratio(0, x).item() <= 5e-324


def test_empty_and_scalar_and_many_dimensions():
    x = torch.rand(2, 3, 4, dtype=torch.float64)
    for order in (0, 31):
        assert iv_ratio(order, x[:0]).shape == (0, 3, 4)
        assert log_iv(order, x).shape == x.shape
        one = iv_ratio(order, x[1, 2, 3])
        assert one.shape == ()
        torch.testing.assert_close(
            one, iv_ratio(order, x)[1, 2, 3], rtol=1e-15, atol=0
        )


# --- gradients ---

POINTS = [1e-2, 3.0, 200.0]


@pytest.mark.parametrize('order', [0, 0.5, 1, 7, 19, 20, 31, 1023])
@pytest.mark.parametrize('function', [log_iv, iv_ratio])
def test_first_and_second_derivative(function, order):
    x = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: function(order, x), x)
    assert torch.autograd.gradgradcheck(lambda x: function(order, x), x)


@pytest.mark.parametrize('order', ORDERS)
def test_second_derivative_of_the_ratio_against_mpmath(order):
    x = column(order, 'kappa').requires_grad_()
    (first,) = torch.autograd.grad(
        iv_ratio(order, x).sum(), x, create_graph=True
    )
    (second,) = torch.autograd.grad(first.sum(), x)
    torch.testing.assert_close(
        first.detach(), column(order, 'derivative'), rtol=1e-12, atol=0
    )
    torch.testing.assert_close(
        second, column(order, 'second'), rtol=1e-11, atol=0
    )


def test_third_derivative_of_the_ratio_is_refused_not_zero():
    x = torch.tensor([3.0], dtype=torch.float64, requires_grad=True)
    y = iv_ratio(3, x)
    for _ in range(2):
        (y,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match='at most two derivatives'):
        torch.autograd.grad(y.sum(), x)


def test_gradient_of_log_iv_at_zero():
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    log_iv(0, x).backward()
    assert x.grad.item() == 0
    x.grad = None
    log_iv(3, x).backward()
    assert x.grad.item() == math.inf


def test_gradient_is_finite_at_the_largest_float32():
    x = torch.tensor([torch.finfo().max], requires_grad=True)
    for order in (0, 31, 1023):
        x.grad = None
        (log_iv(order, x) + iv_ratio(order, x)).backward()
        assert x.grad.item() == 1


# --- dtype, device, compiler ---


@pytest.mark.parametrize('function', [log_iv, iv_ratio])
@pytest.mark.parametrize(
    ('given', 'returned'),
    [
        (torch.float64, torch.float64),
        (torch.float32, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float16, torch.float32),
    ],
)
def test_dtype(function, given, returned):
    x = torch.tensor([0.5, 16.0, 100.0], dtype=given)
    value = function(31, x)
    assert value.dtype == returned
    expected = function(31, x.double()).to(returned)
    assert torch.equal(value, expected)


def test_autocast_changes_nothing():
    x = torch.tensor([0.5, 16.0, 100.0])
    with torch.autocast('cpu', dtype=torch.bfloat16):
        inside = log_iv(31, x), iv_ratio(3, x)
    assert torch.equal(inside[0], log_iv(31, x))
    assert torch.equal(inside[1], iv_ratio(3, x))
    assert inside[0].dtype == torch.float32


@pytest.mark.slow
@pytest.mark.parametrize('order', [0, 31])
def test_compiles_without_a_graph_break(order):
    def function(x):
        return (log_iv(order, x) + iv_ratio(order, x)).sum()

    compiled = torch.compile(function, fullgraph=True, backend='aot_eager')
    a = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    b = a.detach().clone().requires_grad_()
    compiled(a).backward()
    function(b).backward()
    assert torch.equal(a.grad, b.grad)


# --- conventions ---


def test_convention_order_is_the_subscript():
    x = torch.tensor([2.0], dtype=torch.float64)
    expected = torch.log(torch.special.i1(x))
    torch.testing.assert_close(log_iv(1, x), expected, rtol=1e-14, atol=0)


def test_convention_unscaled():
    x = torch.tensor([30.0], dtype=torch.float64)
    assert log_iv(0, x).item() == pytest.approx(
        math.log(scipy.special.iv(0, 30.0)), rel=1e-14
    )


def test_convention_ratio_has_the_higher_order_on_top():
    x = torch.tensor([2.0], dtype=torch.float64)
    expected = torch.special.i1(x) / torch.special.i0(x)
    torch.testing.assert_close(iv_ratio(0, x), expected, rtol=1e-14, atol=0)


def test_convention_negative_x():
    x = torch.tensor([0.3, 5.0, 400.0], dtype=torch.float64)
    for order in (0, 3, 31):
        assert torch.equal(iv_ratio(order, -x), -iv_ratio(order, x))
    assert torch.equal(log_iv(0, -x), log_iv(0, x))
    assert log_iv(3, -x).isnan().all()
    assert log_iv(31, -x).isnan().all()


# --- errors ---


@pytest.mark.parametrize('function', [log_iv, iv_ratio])
def test_errors(function):
    x = torch.ones(2)
    with pytest.raises(ValueError, match='`order` to be a finite number >= 0'):
        function(-0.5, x)
    with pytest.raises(ValueError, match='`order`.*nan'):
        function(math.nan, x)
    with pytest.raises(ValueError, match='`order`.*inf'):
        function(math.inf, x)
    with pytest.raises(TypeError, match='`order` to be a Python number'):
        function(x, x)
    with pytest.raises(TypeError, match='`x`.*int64'):
        function(1, torch.ones(2, dtype=torch.int64))
    with pytest.raises(TypeError, match='`x`.*float'):
        function(1, 2.0)
