r"""Modified Bessel functions of the first kind, in logarithms and ratios.

The formulas of L, A, A' and A'' stand at the top of bessel_series.py.
"""

import math
from typing import Any

import torch
from torch import Tensor

from .bessel_series import (
    MIN_ORDER,
    ZERO_W,
    polynomials,
    zero_crossing,
)
from .checks import check_real, to_float64

__all__ = ['iv_ratio', 'log_iv']

# x is cut here so that x^2 stays finite: beyond, L(x) - x is constant to
# the last bit and the difference x - _MAX_X is added back.
_MAX_X = 1e100


def evaluate_bessel_terms(
    order: float, x: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """L, A, A', A'' for float64 ``x`` (see bessel_series.py)."""
    steps = max(0, math.ceil(MIN_ORDER - order))
    v = order + steps
    cut = x.clamp(-_MAX_X, _MAX_X)
    z = cut / v
    w = torch.hypot(z, torch.ones_like(z))
    t = 1 / w
    ratio = z / (1 + w)
    u = z * ratio
    w_poly, q, g, dg = polynomials(t, v)
    # 1 - t = z^2 t^2 / (1 + t), and t / (1 + t) = 1 / (1 + w)
    zt = z * t
    value = (
        v * (u - torch.log1p(0.5 * u))
        - 0.25 * torch.log1p(z * z)
        - zt * zt / (1 + t) * w_poly
    )
    first = ratio - z * q
    second = (t * t / (1 + t) + g) / v
    third = (zt * t * t) * ((t * (2 + t)) / (1 + t) ** 2 + dg) / -(v * v)
    for n in range(steps - 1, -1, -1):
        c = 2 * (order + n + 1)
        xa = cut * first
        down = 1 / (c + xa)
        slope = first + cut * second
        rest = c - cut * cut * second
        value = value + torch.log1p(xa / c)
        third = (
            -down
            * down
            * (cut * (2 * second + cut * third) + 2 * rest * slope * down)
        )
        second = rest * down * down
        first = cut * down
    # abs: the continuation to negative x is even in L, odd in A.
    return value + (x - cut).abs(), first, second, third


def _log_iv_value(order: float, x: Tensor) -> Tensor:
    if order < MIN_ORDER:
        value = evaluate_bessel_terms(order, x)[0]
        if order == 0:
            return value
        # order * log(x/2) - lgamma(order+1) as one logarithm: no cancellation
        scale = 2 * math.exp(math.lgamma(order + 1) / order)
        return value + order * torch.log(x / scale)
    # log I crosses zero where its terms are of the size of the order. There
    # w + log(z / (1 + w)) is written with the distance from its own zero, so
    # that its relative error is that of the distance: an order of 2047 would
    # else lose three digits.
    zero_z, high, low, tail = zero_crossing(order)
    cut = x.clamp(-_MAX_X, _MAX_X)
    z = cut / order
    w = torch.hypot(z, torch.ones_like(z))
    t = 1 / w
    away = ((cut - high) - low) / order
    rise = away * ((z + zero_z) / (w + ZERO_W))
    log_z = torch.where(
        2 * z < zero_z, torch.log(cut / high), torch.log1p(away / zero_z)
    )
    exponent = order * (rise + log_z - torch.log1p(rise / (1 + ZERO_W)))
    zt = z * t
    w_poly = polynomials(t, order)[0]
    correction = tail - 0.25 * torch.log1p(z * z) - zt * zt / (1 + t) * w_poly
    return exponent + correction + (x - cut)


# The compiler takes these two as they are: tracing them would cost a minute of
# compilation for each order and give the same kernels' worth of work.
@torch.library.custom_op('mmlt::bessel_terms', mutates_args=())
def _evaluate_op(
    order: float, x: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return evaluate_bessel_terms(order, x)


@_evaluate_op.register_fake
def _(order: float, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    new = torch.empty_like
    return new(x), new(x), new(x), new(x)


@torch.library.custom_op('mmlt::log_iv', mutates_args=())
def _log_iv_op(order: float, x: Tensor) -> Tensor:
    return _log_iv_value(order, x)


@_log_iv_op.register_fake
def _(order: float, x: Tensor) -> Tensor:
    return torch.empty_like(x)


class _Third(torch.autograd.Function):
    """The second derivative of A as a value: going on raises, not zero."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, third: Tensor) -> Tensor:
        return third.clone()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> None:
        raise RuntimeError(
            'Expected at most two derivatives of the mean resultant, but a '
            'third was asked for. Differentiate the second numerically.'
        )


class _Terms(torch.autograd.Function):
    """Value, first and second derivative of L; each the slope of the last.

    The saved A and A' are outputs of this very node, which is what makes it
    differentiable again: L three times, A twice, A' once.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, order: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        compiling = torch.compiler.is_compiling()
        evaluate = _evaluate_op if compiling else evaluate_bessel_terms
        value, first, second, third = evaluate(order, x)
        ctx.save_for_backward(x, first, second, third)
        ctx.set_materialize_grads(False)
        return value, first, second

    @staticmethod
    def backward(
        ctx: Any, *grads: Tensor | None
    ) -> tuple[Tensor | None, None]:
        x, first, second, third = ctx.saved_tensors
        if grads[2] is not None and not torch.compiler.is_compiling():
            third = _Third.apply(x, third)
        total = None
        for grad, slope in zip(grads, (first, second, third), strict=True):
            if grad is not None:
                part = grad * slope
                total = part if total is None else total + part
        return total, None


def bessel_terms(order: float, x: Tensor) -> tuple[Tensor, ...]:
    """Return L, A, A' of checked arguments (the shared evaluation).

    Args:
        order: Python float >= 0.
        x: Any shape, float64.

    Returns:
        Three float64 tensors of the shape of ``x``, each the derivative of
        the one before.
    """
    return _Terms.apply(x, order)


class _LogIv(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, order: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.order = order
        compiling = torch.compiler.is_compiling()
        evaluate = _log_iv_op if compiling else _log_iv_value
        return evaluate(order, x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        # I' / I = order / x + I_{order+1} / I_order (DLMF 10.29.2)
        slope = bessel_terms(ctx.order, x)[1]
        if ctx.order > 0:
            slope = slope + ctx.order / x
        return grad * slope, None


_ORDER_HINT = 'A vMF density in D dimensions has the order D / 2 - 1.'


def log_iv(order: float, x: Tensor) -> Tensor:
    r"""Logarithm of the modified Bessel function, log I_order(x).

    Convention:
        - ``order`` is the subscript of I itself; a vMF in D dimensions uses
          D/2 - 1.
        - unscaled: no factor exp(-x) is taken out (contrast
          ``scipy.special.ive``).

    Args:
        order: Real scalar >= 0. No gradient flows to it.
        x: Any shape, x >= 0, any floating point dtype. Values are not
            checked (that would wait for the device); a negative x gives nan
            if order > 0, and log I_0 is even.

    Returns:
        Shape, dtype and device of ``x`` (float32 for half precision);
        ``-inf`` where x == 0 and order > 0, ``inf`` at ``inf``. Twice
        differentiable.

    Raises:
        TypeError: If ``x`` is not a floating point tensor.
        ValueError: If ``order`` is negative or not finite.

    Accuracy:
        |error| <= 5e-14 (1 + \|log I\|) in float64, also where log I crosses
        zero; see tests/test_functional/test_bessel.py.

    Examples:
        >>> log_iv(0.0, torch.tensor([0.0, 1.0, 100.0]))
        tensor([ 0.0000,  0.2359, 96.7797])

    Source:
        Expansion: https://dlmf.nist.gov/10.41.E3; gradient:
        https://dlmf.nist.gov/10.29.E2; the form without cancellation is
        derived in bessel_series.py.
    """
    order = check_real('order', order, 0, _ORDER_HINT)
    x64, dtype = to_float64('x', x)
    return _LogIv.apply(x64, order).to(dtype)


def iv_ratio(order: float, x: Tensor) -> Tensor:
    r"""Ratio of neighboring Bessel functions, I_{order+1}(x) / I_order(x).

    Convention:
        - the higher order is on top: the ratio rises from 0 to 1.
          (TFP's ``bessel_iv_ratio(v, x)`` is I_v / I_{v-1}.)

    Args:
        order: Real scalar >= 0, the lower of the two. No gradient flows.
        x: Any shape, x >= 0, any floating point dtype; a negative x gives
            the odd continuation.

    Returns:
        Shape, dtype and device of ``x`` (float32 for half precision); 0 at
        0, 1 at ``inf``. Twice differentiable.

    Raises:
        TypeError: If ``x`` is not a floating point tensor.
        ValueError: If ``order`` is negative or not finite.

    Accuracy:
        Relative error <= 1e-13 in float64, 1.2e-7 in float32.

    Examples:
        >>> iv_ratio(0.0, torch.tensor([0.0, 1.0, 100.0]))
        tensor([0.0000, 0.4464, 0.9950])

    Source:
        Expansion: https://dlmf.nist.gov/10.41.E3; recurrence:
        https://dlmf.nist.gov/10.29.E1; the form without cancellation is
        derived in bessel_series.py.
    """
    order = check_real('order', order, 0, _ORDER_HINT)
    x64, dtype = to_float64('x', x)
    return bessel_terms(order, x64)[1].to(dtype)
