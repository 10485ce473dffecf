r"""The vMF functions by mpmath on the host, as the paper's appendix has them.

Same names and signatures as :mod:`mmlt.functional`, computed element by
element with ``mpmath.besseli`` and differentiated as the appendix of
https://arxiv.org/abs/2208.10043 does it: forward and backward each call the
Bessel function. For tests, for the benchmark, and for a run somebody wants to
check. A call costs about 0.2 ms per class and waits for the device.

mpmath is not among the requirements of mmlt; ``mmlt.functional`` never
imports this module.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .checks import check_real, to_float64

__all__ = [
    'iv_ratio',
    'log_iv',
    'vmf_kl',
    'vmf_log_partition',
    'vmf_mean_resultant',
    'vmf_mean_resultant_derivative',
    'vmf_overlap',
    'working_digits',
]

try:
    import mpmath
except ImportError as error:
    raise ImportError(
        'Expected mpmath to be installed for '
        'mmlt.functional.mpmath_reference, but it is not. Run `pip install '
        'mpmath`, or use mmlt.functional, which does not need it.'
    ) from error

# Beyond this the answer is refused rather than waited for.
_MAX_DIGITS = 2000


def working_digits(order: float, x: float) -> int:
    """Return decimal digits that leave 17 correct ones after cancellation.

    L is the rest of terms of the size of ``order`` and is x^2 / (4 order + 4)
    at small x; A' loses about 2 log10 x at either end.
    """
    size = math.log10(order + 2)
    return 30 + math.ceil(2 * abs(math.log10(x)) + 2 * size)


def _with_digits(order: float, x: float, compute: Callable) -> float:
    """Evaluate with enough digits, and twice as many if mpmath gives up.

    At 15 digits mpmath raises NoConvergence at order 1023 from x = 1e4 on: its
    asymptotic series stops short. More digits make it sum another one.
    """
    digits = working_digits(order, x)
    while True:
        try:
            with mpmath.workdps(digits):
                return float(compute(mpmath.mpf(order), mpmath.mpf(x)))
        except mpmath.libmp.NoConvergence:
            if digits > _MAX_DIGITS:
                raise
            digits *= 2


def _ratio(v: Any, x: Any) -> Any:
    return mpmath.besseli(v + 1, x) / mpmath.besseli(v, x)


def _log_iv(v: Any, x: Any) -> Any:
    return mpmath.log(mpmath.besseli(v, x))


def _log_partition(v: Any, x: Any) -> Any:
    return _log_iv(v, x) - v * mpmath.log(x / 2) + mpmath.loggamma(v + 1)


def _slope(v: Any, x: Any) -> Any:
    """Equation 7 of the appendix; d - 1 = 2 v + 1."""
    a = _ratio(v, x)
    return 1 - (2 * v + 1) / x * a - a * a


def _slope_of_slope(v: Any, x: Any) -> Any:
    a = _ratio(v, x)
    b = 1 - (2 * v + 1) / x * a - a * a
    return (2 * v + 1) * (a / x - b) / x - 2 * a * b


def _map(
    compute: Callable,
    order: float,
    x: Tensor,
    at_zero: float,
    at_inf: float,
) -> Tensor:
    """Apply to each element on the host, in float64."""
    values = []
    for value in x.detach().cpu().reshape(-1).tolist():
        if value < 0:
            raise ValueError(
                f'Expected `x` (kappa) to be >= 0, but got {value}. Keep '
                'it positive by construction, for instance by an exponential.'
            )
        if math.isnan(value):
            values.append(value)
        elif value == 0:
            values.append(at_zero)
        elif math.isinf(value):
            values.append(at_inf)
        else:
            values.append(_with_digits(order, value, compute))
    out = torch.tensor(values, dtype=torch.float64, device=x.device)
    return out.reshape(x.shape)


class _SlopeFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, order: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.order = order
        return _map(_slope, order, x, 1 / (2 * order + 2), 0.0)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return grad * _map(_slope_of_slope, ctx.order, x, 0.0, 0.0), None


class _RatioFunction(torch.autograd.Function):
    """``Function_Adk`` of the appendix, for any number of concentrations."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, order: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.order = order
        return _map(_ratio, order, x, 0.0, 1.0)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return grad * _SlopeFunction.apply(x, ctx.order), None


class _LogPartitionFunction(torch.autograd.Function):
    """``Function_Bias`` of the appendix up to sign and constant."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, order: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.order = order
        return _map(_log_partition, order, x, 0.0, math.inf)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return grad * _RatioFunction.apply(x, ctx.order), None


class _LogIvFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, order: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.order = order
        at_zero = -math.inf if order > 0 else 0.0
        return _map(_log_iv, order, x, at_zero, math.inf)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        slope = _RatioFunction.apply(x, ctx.order)
        if ctx.order > 0:
            slope = slope + ctx.order / x
        return grad * slope, None


def _call(
    function: type[torch.autograd.Function], order: float, name: str, x: Tensor
) -> Tensor:
    x64, dtype = to_float64(name, x)
    return function.apply(x64, order).to(dtype)


def _order(dim: float) -> float:
    hint = 'The density lives on the unit sphere of R^dim.'
    return check_real('dim', dim, 2, hint) / 2 - 1


def log_iv(order: float, x: Tensor) -> Tensor:
    """:func:`mmlt.functional.log_iv` by mpmath; a negative x raises."""
    hint = 'A vMF density in D dimensions has the order D / 2 - 1.'
    order = check_real('order', order, 0, hint)
    return _call(_LogIvFunction, order, 'x', x)


def iv_ratio(order: float, x: Tensor) -> Tensor:
    """:func:`mmlt.functional.iv_ratio` by mpmath; a negative x raises."""
    hint = 'A vMF density in D dimensions has the order D / 2 - 1.'
    order = check_real('order', order, 0, hint)
    return _call(_RatioFunction, order, 'x', x)


def vmf_log_partition(dim: int, kappa: Tensor) -> Tensor:
    """:func:`mmlt.functional.vmf_log_partition` by mpmath."""
    return _call(_LogPartitionFunction, _order(dim), 'kappa', kappa)


def vmf_mean_resultant(dim: int, kappa: Tensor) -> Tensor:
    """:func:`mmlt.functional.vmf_mean_resultant` by mpmath."""
    return _call(_RatioFunction, _order(dim), 'kappa', kappa)


def vmf_mean_resultant_derivative(dim: int, kappa: Tensor) -> Tensor:
    """:func:`mmlt.functional.vmf_mean_resultant_derivative` by mpmath."""
    return _call(_SlopeFunction, _order(dim), 'kappa', kappa)


def vmf_kl(kappa: Tensor, mu: Tensor) -> Tensor:
    """:func:`mmlt.functional.vmf_kl`, L and A by mpmath.

    The pairs are formed as the appendix writes them (Eq. 5), in float64 and
    in one piece.
    """
    kappa64, dtype = to_float64('kappa', kappa)
    mu64, mu_dtype = to_float64('mu', mu)
    dim = mu.shape[1]
    value = vmf_log_partition(dim, kappa64)
    first = vmf_mean_resultant(dim, kappa64)
    cosine = mu64 @ mu64.T
    kl = (
        value
        - value[:, None]
        + first[:, None] * (kappa64[:, None] - kappa64 * cosine)
    )
    return kl.to(torch.promote_types(dtype, mu_dtype))


def vmf_overlap(kappa: Tensor, mu: Tensor) -> Tensor:
    """:func:`mmlt.functional.vmf_overlap`, L and A by mpmath."""
    return 1 / (1 + vmf_kl(kappa, mu))
