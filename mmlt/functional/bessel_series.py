r"""Uniform expansion of the logarithm of a modified Bessel function.

Everything in bessel.py comes from it. With v the order, z = x / v,
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
from fractions import Fraction
from functools import cache, lru_cache

import torch
from torch import Tensor

__all__ = ['polynomials', 'zero_crossing']

# The expansion is used from this order on. At order 20, 14 terms leave 4e-17
# of A'; every higher order needs fewer (5 at order 1023).
MIN_ORDER = 20.0
_MAX_TERMS = 14
# Above this many elements Horner's rule beats the table of powers.
_MATMUL_LIMIT = 2**15
# Where w + log(z / (1 + w)) changes its sign (the Laplace limit), with more
# digits than a double so that order * ZERO_Z can be split in two.
ZERO_Z = Fraction('0.66274341934918158097474209710925290705623')
ZERO_W = math.sqrt(1 + float(ZERO_Z) ** 2)


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
def zero_crossing(order: float) -> tuple[float, float, float, float]:
    """Return zero_z, order * zero_z in two parts, E(1) - log(2 pi v) / 2."""
    exact = Fraction(order) * ZERO_Z
    high = float(exact)
    low = float(exact - Fraction(high))
    tail = _coefficients(order)[1] - 0.5 * math.log(2 * math.pi * order)
    return float(ZERO_Z), high, low, tail


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


def polynomials(t: Tensor, order: float) -> tuple[Tensor, ...]:
    """W, q, G and G' at t, by the way that is faster on its device."""
    table, columns = _table(order, t.device)
    if t.device.type == 'cpu' or t.numel() > _MATMUL_LIMIT:
        return _horner(t, columns)
    return _by_matmul(t, table)
