r"""Modified Bessel functions of the first kind, in logarithms and ratios.

Everything here comes from one expansion. With v the order, z = x / v,
w = sqrt(1 + z^2) and t = 1 / w, the uniform expansion (DLMF 10.41.3) is

    I_v(v z) = exp(v (w + log(z / (1 + w)))) S / sqrt(2 pi v w),
    S = sum_k U_k(t) / v^k.

We use its logarithm, E(t) = log S. Put S = exp(E) into the differentiated
recurrence of the U_k (DLMF 10.41.9) and F = dE/dt obeys

    v F = (1 - 5 t^2)/8 + (t - 2 t^3) F + t^2 (1 - t^2) (F' + F^2) / 2,

which gives F = sum_k F_k(t) / v^k term by term, with exact coefficients.
Because log I is then a sum and not the logarithm of a sum, the values wanted
are polynomials in t beside closed forms, with no cancellation at either end:

    L   = v (u - log1p(u/2)) - log1p(z^2)/4 - (1 - t) W(t),  u = z^2 / (1 + w)
    A   = z (t / (1 + t) - q(t)),         q = t^2 / (2 v) + t^3 F / v
    A'  = (t^2 / (1 + t) + G(t)) / v,     G = t (1 - t^2) q' - q
    A'' = -(z t^3 / v^2) ((2 t + t^2) / (1 + t)^2 + G'(t))

Here L = log 0F1(; v+1; x^2/4) = log I_v(x) - v log(x/2) + lgamma(v+1), so that
L(0) = 0, A = dL/dx = I_{v+1}/I_v, and W = (E(1) - E(t)) / (1 - t) is itself a
polynomial. The expansion is used from order 20 on; below, it is evaluated at
v + N >= 20 and N steps of the backward recurrence lead down. All terms of
those steps are positive, so they are stable, and since no region depends on x
there is no x at which a derivative jumps.
"""

import math
import numbers
from fractions import Fraction
from functools import cache, lru_cache

import torch
from torch import Tensor

# The expansion is used from this order on. At order 20, 14 terms leave 4e-17
# of A'; every higher order needs fewer (5 at order 1023).
_MIN_ORDER = 20.0
_MAX_TERMS = 14
# x is cut here so that x^2 stays finite: beyond, L(x) - x is constant to
# the last bit and the difference x - _MAX_X is added back.
_MAX_X = 1e100
# Above this many elements Horner's rule beats the table of powers.
_MATMUL_LIMIT = 2**15
# Where w + log(z / (1 + w)) changes its sign (the Laplace limit), with more
# digits than a double so that order * _ZERO_Z can be split in two.
_ZERO_Z = Fraction('0.66274341934918158097474209710925290705623')
_ZERO_W = math.sqrt(1 + float(_ZERO_Z) ** 2)


def check_real(name: str, value: float, minimum: float, hint: str) -> float:
    """Return ``value`` as a float after checking it is a number >= minimum.

    Args:
        name: Name of the argument, for the message.
        value: What the caller gave.
        minimum: Smallest allowed value.
        hint: What to do about it, one sentence.

    Returns:
        The value as a Python float.

    Raises:
        TypeError: If ``value`` is not a Python number.
        ValueError: If it is not finite or below ``minimum``.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(
            f'Expected `{name}` to be a Python number, '
            f'but got {type(value).__name__}. ({hint})'
        )
    if not minimum <= value < math.inf:
        raise ValueError(
            f'Expected `{name}` to be a finite number >= {minimum:g}, '
            f'but got {value}. ({hint})'
        )
    return float(value)


def to_float64(name: str, value: Tensor) -> tuple[Tensor, torch.dtype]:
    """Return ``value`` in float64, and the dtype results are returned in.

    Args:
        name: Name of the argument, for the message.
        value: A floating point tensor.

    Returns:
        The tensor in float64; the dtype of ``value``, or float32 where that
        is float16 or bfloat16 (their 8 to 11 bits would waste the result).

    Raises:
        TypeError: If ``value`` is not a floating point tensor.
    """
    if not isinstance(value, Tensor):
        raise TypeError(
            f'Expected `{name}` to be a floating point tensor, '
            f'but got {type(value).__name__}. (Wrap it in torch.as_tensor.)'
        )
    if not value.is_floating_point():
        raise TypeError(
            f'Expected `{name}` to be a floating point tensor, '
            f'but got {value.dtype}. (Call `.float()` or `.double()` first.)'
        )
    dtype = torch.promote_types(value.dtype, torch.float32)
    return value.to(torch.float64), dtype


@cache
def _log_expansion() -> tuple[tuple[Fraction, ...], ...]:
    """Exact coefficients of F_1 ... F_K, each by ascending powers of t."""
    tables: list[list[Fraction]] = [[Fraction(1, 8), Fraction(0)]]
    tables[0].append(Fraction(-5, 8))
    half = Fraction(1, 2)
    for k in range(1, _MAX_TERMS):
        last = tables[k - 1]
        # inner = F_k' + sum_{i+j=k} F_i F_j, of degree 3k - 1 - 1 + ...
        inner = [Fraction(0)] * (3 * k)
        for n in range(1, len(last)):
            inner[n - 1] += n * last[n]
        for i in range(1, k):
            first, second = tables[i - 1], tables[k - i - 1]
            for n, a in enumerate(first):
                if a:
                    for m, b in enumerate(second):
                        inner[n + m] += a * b
        new = [Fraction(0)] * (3 * k + 3)
        for n, a in enumerate(last):
            new[n + 1] += a
            new[n + 3] -= 2 * a
        for n, a in enumerate(inner):
            if a:
                new[n + 2] += half * a
                new[n + 4] -= half * a
        tables.append(new)
    return tuple(tuple(table) for table in tables)


def _derivative(poly: list[Fraction]) -> list[Fraction]:
    return [n * a for n, a in enumerate(poly)][1:]


def _curvature(q: list[Fraction]) -> list[Fraction]:
    """Return t (1 - t^2) q' - q, the polynomial part of v A'."""
    out = [Fraction(0)] * (len(q) + 2)
    for n, a in enumerate(q):
        out[n] += (n - 1) * a
        out[n + 2] -= n * a
    return out


@cache
def _term_sizes() -> tuple[float, ...]:
    """Largest share, over t in [0, 1], of the k-th term in v A', at v = 1."""
    sizes = []
    for table in _log_expansion():
        poly = _curvature([Fraction(0)] * 3 + list(table))
        coefs = [float(a) for a in poly]
        size = 0.0
        for i in range(1, 65):
            t = i / 64
            value = sum(a * t ** (n - 2) for n, a in enumerate(coefs) if a)
            size = max(size, abs(value) * (1 + t))
        sizes.append(size)
    return tuple(sizes)


@lru_cache(maxsize=1024)
def _coefficients(
    order: float,
) -> tuple[tuple[tuple[float, ...], ...], float]:
    """Coefficients of W, q, G, G' by ascending powers of t, and E(1).

    They are summed over k in exact arithmetic and rounded once.
    """
    v = Fraction(order)
    count = next(
        (
            k
            for k, size in enumerate(_term_sizes())
            if size < 1e-17 * order ** (k + 2)
        ),
        _MAX_TERMS,
    )
    tables = _log_expansion()[: max(count, 1)]
    f = [Fraction(0)] * len(tables[-1])
    for k, table in enumerate(tables, start=1):
        scale = 1 / v**k
        for n, a in enumerate(table):
            if a:
                f[n] += a * scale
    e = [Fraction(0)] + [a / (n + 1) for n, a in enumerate(f)]
    # (1 - t^j) / (1 - t) = 1 + t + ... + t^(j-1)
    w, rest = [], Fraction(0)
    for a in reversed(e[1:]):
        rest += a
        w.append(rest)
    w.reverse()
    q = [Fraction(0), Fraction(0), 1 / (2 * v)] + [a / v for a in f]
    g = _curvature(q)
    polys = (w, q, g, _derivative(g))
    size = max(len(poly) for poly in polys)
    rows = tuple(
        tuple(float(a) for a in poly) + (0.0,) * (size - len(poly))
        for poly in polys
    )
    return rows, float(sum(e))


@lru_cache(maxsize=1024)
def _crossing(order: float) -> tuple[float, float, float, float]:
    """Return zero_z, order * zero_z in two parts, E(1) - log(2 pi v) / 2."""
    exact = Fraction(order) * _ZERO_Z
    high = float(exact)
    low = float(exact - Fraction(high))
    tail = _coefficients(order)[1] - 0.5 * math.log(2 * math.pi * order)
    return float(_ZERO_Z), high, low, tail


_TABLES: dict[
    tuple[float, torch.device], tuple[Tensor, tuple[Tensor, ...]]
] = {}


def _table(
    order: float, device: torch.device
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return the coefficients and their columns, made once per order."""
    key = (order, device)
    found = _TABLES.get(key)
    if found is None:
        if len(_TABLES) >= 4096:
            _TABLES.clear()
        rows, _ = _coefficients(order)
        table = torch.tensor(rows, dtype=torch.float64, device=device)
        found = _TABLES[key] = (table, table[:, :, None].unbind(1))
    return found


def _horner(t: Tensor, columns: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Evaluate all rows at once by Horner's rule, one step per power of t.

    On a CPU these small steps stay in one thread; a product as small as ours
    is spread over all of them and waits for the slowest.
    """
    flat = t.reshape(-1)
    values = torch.addcmul(columns[-2], columns[-1], flat)
    for column in columns[-3::-1]:
        values = torch.addcmul(column, values, flat)
    return values.reshape(values.shape[0], *t.shape).unbind()


def _by_matmul(t: Tensor, table: Tensor) -> tuple[Tensor, ...]:
    """Evaluate all rows as one product with the powers of t.

    About 15 kernels, where Horner's rule takes up to 45: what counts on a
    device at 1,000 classes is the number of launches. Autocast leaves float64
    products alone.
    """
    flat = t.reshape(-1)
    size = table.shape[1]
    powers = t.new_empty(size, flat.shape[0])
    powers[0] = 1
    powers[1] = flat
    have = 2
    while have < size:
        more = min(have - 1, size - have)
        torch.mul(
            powers[1 : more + 1], powers[have - 1], out=powers[have:][:more]
        )
        have += more
    return (table @ powers).reshape(table.shape[0], *t.shape).unbind()


def _polynomials(t: Tensor, order: float) -> tuple[Tensor, ...]:
    table, columns = _table(order, t.device)
    if t.device.type == 'cpu' or t.numel() > _MATMUL_LIMIT:
        return _horner(t, columns)
    return _by_matmul(t, table)


def evaluate_bessel_terms(order: float, x: Tensor) -> tuple[Tensor, ...]:
    """L, A, A', A'' for float64 ``x`` (see the top of the file)."""
    steps = max(0, math.ceil(_MIN_ORDER - order))
    v = order + steps
    cut = x.clamp(-_MAX_X, _MAX_X)
    z = cut / v
    w = torch.hypot(z, torch.ones_like(z))
    t = 1 / w
    ratio = z / (1 + w)
    u = z * ratio
    w_poly, q, g, dg = _polynomials(t, v)
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
    if order < _MIN_ORDER:
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
    zero_z, high, low, tail = _crossing(order)
    cut = x.clamp(-_MAX_X, _MAX_X)
    z = cut / order
    w = torch.hypot(z, torch.ones_like(z))
    t = 1 / w
    away = ((cut - high) - low) / order
    rise = away * ((z + zero_z) / (w + _ZERO_W))
    log_z = torch.where(
        2 * z < zero_z, torch.log(cut / high), torch.log1p(away / zero_z)
    )
    exponent = order * (rise + log_z - torch.log1p(rise / (1 + _ZERO_W)))
    zt = z * t
    w_poly = _polynomials(t, order)[0]
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
def _(order, x):
    return tuple(torch.empty_like(x) for _ in range(4))


@torch.library.custom_op('mmlt::log_iv', mutates_args=())
def _log_iv_op(order: float, x: Tensor) -> Tensor:
    return _log_iv_value(order, x)


@_log_iv_op.register_fake
def _(order, x):
    return torch.empty_like(x)


class _Third(torch.autograd.Function):
    """The second derivative of A as a value: going on raises, not zero."""

    @staticmethod
    def forward(ctx, x, third):
        return third.clone()

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError(
            'Expected at most two derivatives of the mean resultant, but a '
            'third was asked for. (Differentiate the second numerically.)'
        )


class _Terms(torch.autograd.Function):
    """Value, first and second derivative of L; each the slope of the last.

    The saved A and A' are outputs of this very node, which is what makes it
    differentiable again: L three times, A twice, A' once.
    """

    @staticmethod
    def forward(ctx, x, order):
        compiling = torch.compiler.is_compiling()
        evaluate = _evaluate_op if compiling else evaluate_bessel_terms
        value, first, second, third = evaluate(order, x)
        ctx.save_for_backward(x, first, second, third)
        ctx.set_materialize_grads(False)
        return value, first, second

    @staticmethod
    def backward(ctx, *grads):
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
    def forward(ctx, x, order):
        ctx.save_for_backward(x)
        ctx.order = order
        compiling = torch.compiler.is_compiling()
        evaluate = _log_iv_op if compiling else _log_iv_value
        return evaluate(order, x)

    @staticmethod
    def backward(ctx, grad):
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

    Source:
        DLMF 10.41.3 (expansion), 10.29.2 (gradient); top of this file.
    """
    order = check_real('order', order, 0, _ORDER_HINT)
    x64, dtype = to_float64('x', x)
    return _LogIv.apply(x64, order).to(dtype)


def iv_ratio(order: float, x: Tensor) -> Tensor:
    r"""Ratio of neighbouring Bessel functions, I_{order+1}(x) / I_order(x).

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

    Source:
        DLMF 10.41.3, 10.29.1; top of this file.
    """
    order = check_real('order', order, 0, _ORDER_HINT)
    x64, dtype = to_float64('x', x)
    return bessel_terms(order, x64)[1].to(dtype)
