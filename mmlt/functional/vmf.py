r"""The von Mises-Fisher distribution on the sphere, and overlaps of many.

The density in D dimensions is C_D(kappa) exp(kappa x.mu). Its normaliser
enters only through

    L(kappa) = log 0F1(; D/2; kappa^2/4),   log C_D(kappa) = const - L(kappa),

which is 0 at 0, has A = dL/dkappa, and loses nothing when two are subtracted:
the literal v log(kappa) - log I_v(kappa) is near 7,000 at D = 2048, where one
float32 step is 6 % of what a change of kappa by 1 makes. Pairs of classes are
worked on row block by row block; nothing of size C x C x D is ever built.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .bessel import (
    bessel_terms,
    check_real,
    evaluate_bessel_terms,
    to_float64,
)

_DIM_HINT = 'The density lives on the unit sphere of R^dim.'
# Concentrations closer than this share of kappa + sqrt(dim) are subtracted
# by a formula of their differences (see `_kl_block`).
_NEAR = 1e-2


def _order(dim: float) -> float:
    return check_real('dim', dim, 2, _DIM_HINT) / 2 - 1


def vmf_log_partition(dim: int, kappa: Tensor) -> Tensor:
    r"""Logarithm of the vMF partition function, 0 at kappa = 0.

    L(kappa) = log 0F1(; dim/2; kappa^2/4)
    = log I_{dim/2-1}(kappa) - (dim/2-1) log(kappa/2) + lgamma(dim/2).

    Convention:
        - L is *minus* the bias b of the vMF classifier up to a constant:
          b_i - b_j = L_j - L_i, and db/dkappa = -A.

    Args:
        dim: Dimension of the feature space, >= 2, a Python number.
        kappa: Concentration, >= 0, dimensionless; any shape. Values are not
            checked (that would wait for the device); a negative one gives
            the even continuation.

    Returns:
        Shape, dtype and device of ``kappa`` (float32 for half precision).
        ``inf`` at ``inf``. Three times differentiable.

    Raises:
        TypeError: If ``kappa`` is not a floating point tensor.
        ValueError: If ``dim`` is below 2 or not finite.

    Accuracy:
        Relative error <= 1e-13 in float64, 1.2e-7 in float32, for dim to
        4096 and kappa to 1e8; see tests/test_functional/test_vmf.py.

    Source:
        Derived; the appendix of arXiv 2208.10043, Eq. 1, gives b.
    """
    order = _order(dim)
    kappa64, dtype = to_float64('kappa', kappa)
    return bessel_terms(order, kappa64)[0].to(dtype)


def vmf_mean_resultant(dim: int, kappa: Tensor) -> Tensor:
    r"""Mean resultant length A(kappa) = I_{dim/2}(kappa)/I_{dim/2-1}(kappa).

    It is E[x.mu] under the density, between 0 (kappa = 0) and 1.

    Args:
        dim: Dimension of the feature space, >= 2, a Python number.
        kappa: Concentration, >= 0; any shape. A negative one gives the odd
            continuation.

    Returns:
        Shape, dtype and device of ``kappa`` (float32 for half precision).
        Twice differentiable.

    Raises:
        TypeError: If ``kappa`` is not a floating point tensor.
        ValueError: If ``dim`` is below 2 or not finite.

    Accuracy:
        Relative error <= 1e-13 in float64, 1.2e-7 in float32.

    Source:
        arXiv 2208.10043, appendix, Eq. 2.
    """
    order = _order(dim)
    kappa64, dtype = to_float64('kappa', kappa)
    return bessel_terms(order, kappa64)[1].to(dtype)


def vmf_mean_resultant_derivative(dim: int, kappa: Tensor) -> Tensor:
    r"""Derivative A'(kappa), which is Var[x.mu]; 1/dim at kappa = 0.

    Not by the textbook identity 1 - (dim-1)/kappa A - A^2, which cancels: it
    is off by 100 % and more in float32 at large kappa and small dim.

    Args:
        dim: Dimension of the feature space, >= 2, a Python number.
        kappa: Concentration, >= 0; any shape.

    Returns:
        Shape, dtype and device of ``kappa`` (float32 for half precision).
        Once differentiable; a second derivative raises ``RuntimeError``.

    Raises:
        TypeError: If ``kappa`` is not a floating point tensor.
        ValueError: If ``dim`` is below 2 or not finite.

    Accuracy:
        Relative error <= 1e-11 in float64, 1.2e-7 in float32.

    Source:
        The quantity: arXiv 2208.10043, appendix, Eq. 7. The form: bessel.py.
    """
    order = _order(dim)
    kappa64, dtype = to_float64('kappa', kappa)
    return bessel_terms(order, kappa64)[2].to(dtype)


# --- pairs of classes ------------------------------------------------------


def _check_classes(kappa: Tensor, mu: Tensor) -> tuple[Tensor, Tensor]:
    """Return kappa in float64 and mu in at least float32."""
    kappa64, _ = to_float64('kappa', kappa)
    _, dtype = to_float64('mu', mu.detach())
    if mu.ndim != 2 or mu.shape[0] < 1 or mu.shape[1] < 2:
        raise ValueError(
            'Expected `mu` to have the shape (C, D), C >= 1, D >= 2, but got '
            f'{tuple(mu.shape)}. (One unit row per class.)'
        )
    if kappa.shape != mu.shape[:1]:
        raise ValueError(
            f'Expected `kappa` to have the shape ({mu.shape[0]},), one '
            f'concentration per row of `mu`, but got {tuple(kappa.shape)}. '
            '(Expand a single value with `kappa.expand(C)`.)'
        )
    return kappa64, mu.to(dtype)


def _rows_per_block(num_classes: int, device_type: str) -> int:
    # 16 MiB of float64 on a CPU, where a few hundred rows make an efficient
    # product; 32 MiB elsewhere, so that the launches do not count.
    size = 2**21 if device_type == 'cpu' else 2**22
    return max(64, size // max(num_classes, 1))


def _full_precision(x: Tensor) -> torch.autocast:
    return torch.autocast(x.device.type, enabled=False)


def _half_to_float(kappa: Tensor, mu: Tensor) -> torch.dtype:
    dtype = torch.promote_types(kappa.dtype, mu.dtype)
    return torch.promote_types(dtype, torch.float32)


def _slopes(
    g: Tensor,
    back: Tensor,
    cosine: Tensor,
    vectors: tuple[Tensor, ...],
    rows: slice,
    cols: slice,
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of a block of pairs, i in rows and j in cols.

    ``g`` weighs KL(i||j), ``back`` KL(j||i), both laid out (i, j); they are
    overwritten. Returns the gradients on kappa_i, on kappa_j, and on the
    cosines (one cosine serves both directions).
    """
    kappa, first, second = vectors[:3]
    kappa_i, a_i, slope_i = kappa[rows], first[rows], second[rows]
    kappa_j, a_j, slope_j = kappa[cols], first[cols], second[cols]
    # dKL(i||j)/dkappa_i = A'_i (kappa_i - kappa_j s)
    # dKL(i||j)/dkappa_j = A_j - A_i s,  dKL(i||j)/ds = -A_i kappa_j
    gs, bs = g * cosine, back * cosine
    grad_i = slope_i * (kappa_i * g.sum(1) - gs @ kappa_j)
    grad_i += a_i * back.sum(1) - bs @ a_j
    grad_j = slope_j * (kappa_j * back.sum(0) - bs.T @ kappa_i)
    grad_j += a_j * g.sum(0) - gs.T @ a_i
    on_cosine = g.mul_(kappa_j).mul_(-a_i[:, None])
    on_cosine -= back.mul_(a_j).mul_(kappa_i[:, None])
    return grad_i, grad_j, on_cosine


def _plain_kl(order: float, kappa: Tensor, mu: Tensor) -> Tensor:
    """KL from differentiable operations: the graph for second derivatives."""
    value, first, _ = bessel_terms(order, kappa)
    with _full_precision(mu):
        cosine = (mu @ mu.T).to(torch.float64)
    kl = (
        value
        - value[:, None]
        + first[:, None] * (kappa[:, None] - kappa * cosine)
    )
    return kl * (1 - torch.eye(len(kappa), dtype=kl.dtype, device=kl.device))


def _again(
    outcome: Tensor, inputs: tuple[Tensor, ...], grad: Tensor
) -> list[Tensor | None]:
    """Gradients that carry a graph, for whichever inputs need one."""
    wanted = [x for x in inputs if x.requires_grad]
    found = iter(torch.autograd.grad(outcome, wanted, grad, create_graph=True))
    return [next(found) if x.requires_grad else None for x in inputs]


def _kl_block(
    order: float,
    kappa: Tensor,
    terms: tuple[Tensor, ...],
    cosine: Tensor,
    rows: slice,
) -> Tensor:
    r"""KL(i||j) of a block of rows with all classes, without cancellation.

    KL(i||j) = [L_j - L_i - A_i (kappa_j - kappa_i)] + A_i kappa_j (1 - s).

    Both parts are >= 0: the bracket because L is convex. For close kappa it
    is the small difference of large numbers, so there it is the integral of
    A - A_i by the two-point rule with two derivatives, of relative error
    (delta / kappa)^5 / 10.
    """
    value, first, second, third = terms
    delta = kappa - kappa[rows, None]
    rise = first - first[rows, None]
    gap = value - value[rows, None] - first[rows, None] * delta
    near = delta * (
        rise / 2
        + delta
        * (
            (second[rows, None] - second) / 10
            + delta * (third[rows, None] + third) / 120
        )
    )
    reach = _NEAR * (kappa[rows, None] + math.sqrt(2 * order + 2))
    close = delta.abs() < reach
    gap = torch.where(close, near, gap).clamp_(min=0)
    return gap + first[rows, None] * kappa * (1 - cosine).clamp_(min=0)


def _kl_forward(order: float, kappa: Tensor, mu: Tensor) -> Tensor:
    terms = evaluate_bessel_terms(order, kappa)
    size = len(kappa)
    out = mu.new_empty(size, size)
    step = _rows_per_block(size, mu.device.type)
    with _full_precision(mu):
        for start in range(0, size, step):
            rows = slice(start, start + step)
            cosine = (mu[rows] @ mu.T).to(torch.float64)
            out[rows] = _kl_block(order, kappa, terms, cosine, rows)
    # exactly 0, or nan where kappa is
    out.diagonal().copy_(kappa - kappa)
    return out


def _kl_backward(
    order: float, kappa: Tensor, mu: Tensor, grad: Tensor
) -> tuple[Tensor, Tensor]:
    terms = evaluate_bessel_terms(order, kappa)
    grad_kappa = torch.empty_like(kappa)
    grad_mu = torch.empty_like(mu)
    size = len(kappa)
    step = _rows_per_block(size, mu.device.type)
    every = slice(None)
    with _full_precision(mu):
        for start in range(0, size, step):
            rows = slice(start, start + step)
            cosine = (mu[rows] @ mu.T).to(torch.float64)
            g = grad[rows].to(torch.float64, copy=True)
            g.diagonal(start).zero_()
            back = grad[:, rows].T.to(torch.float64, copy=True)
            back.diagonal(start).zero_()
            grad_kappa[rows], _, weight = _slopes(
                g, back, cosine, (kappa, *terms[1:3]), rows, every
            )
            grad_mu[rows] = weight.to(mu.dtype) @ mu
    return grad_kappa, grad_mu


class _PairwiseKL(torch.autograd.Function):
    """KL(i||j), with memory for the result and a few blocks of rows."""

    @staticmethod
    def forward(ctx, kappa, mu, order):
        ctx.save_for_backward(kappa, mu)
        ctx.order = order
        compiling = torch.compiler.is_compiling()
        return (_kl_forward_op if compiling else _kl_forward)(order, kappa, mu)

    @staticmethod
    def backward(ctx, grad):
        kappa, mu = ctx.saved_tensors
        if torch.compiler.is_compiling():
            return *_kl_backward_op(ctx.order, kappa, mu, grad), None
        if torch.is_grad_enabled():
            kl = _plain_kl(ctx.order, kappa, mu).to(grad.dtype)
            return *_again(kl, (kappa, mu), grad), None
        return *_kl_backward(ctx.order, kappa, mu, grad), None


def _blocks(size: int, device_type: str) -> list[tuple[int, int, int]]:
    """Start, end and offset of the row blocks of the upper triangle."""
    step = _rows_per_block(size, device_type)
    blocks, offset = [], 0
    for start in range(0, size, step):
        end = min(start + step, size)
        blocks.append((start, end, offset))
        offset += (end - start) * (size - start)
    return blocks


def _sums_vectors(
    order: float, kappa: Tensor, dtype: torch.dtype
) -> tuple[Tensor, ...]:
    """Kappa, A, A', L and 1 + A kappa - L, in the dtype of the cosines.

    The pairs are worked on in that dtype too: what float32 adds there is
    rounding of A kappa, which the error of a float32 cosine has already.
    """
    value, first, second, _ = evaluate_bessel_terms(order, kappa)
    one_plus = first * kappa - value + 1
    vectors = (kappa, first, second, value, one_plus)
    return tuple(vector.to(dtype) for vector in vectors)


def _overlaps(
    cosine: Tensor, vectors: tuple[Tensor, ...], rows: slice, cols: slice
) -> tuple[Tensor, Tensor]:
    """1 / (1 + KL) of a block both ways, i||j and j||i, laid out (i, j).

    1 + KL(i||j) = (1 + A_i kappa_i - L_i) + L_j - A_i kappa_j s, in place:
    the passes over memory are what this costs.
    """
    kappa, first, _, value, one_plus = vectors
    there = torch.addcmul(
        value[cols], cosine * kappa[cols], first[rows, None], value=-1
    )
    there.add_(one_plus[rows, None])
    back = torch.addcmul(
        one_plus[cols], cosine * first[cols], kappa[rows, None], value=-1
    )
    back.add_(value[rows, None])
    return (
        there.clamp_(min=1).reciprocal_(),
        back.clamp_(min=1).reciprocal_(),
    )


def _sums_forward(
    order: float, kappa: Tensor, mu: Tensor
) -> tuple[Tensor, Tensor]:
    """Row sums without the diagonal, and the cosines of the upper blocks.

    The matrix of cosines is symmetric, so half of its product is enough and
    each block gives KL both ways. They are kept for the backward pass, in the
    dtype of mu: 4 bytes per pair of classes.
    """
    vectors = _sums_vectors(order, kappa, mu.dtype)
    sums = torch.zeros_like(kappa)
    size = len(kappa)
    blocks = _blocks(size, mu.device.type)
    cosines = mu.new_empty(_cosines_size(size, mu.device.type))
    with _full_precision(mu):
        for start, end, offset in blocks:
            rows, cols = slice(start, end), slice(start, size)
            shape = (end - start, size - start)
            cosine = cosines[offset : offset + shape[0] * shape[1]].view(shape)
            torch.mm(mu[rows], mu[cols].T, out=cosine)
            there, back = _overlaps(cosine, vectors, rows, cols)
            there.diagonal().zero_()
            sums[rows] += there.sum(1)
            sums[end:] += back[:, end - start :].sum(0)
    return sums, cosines


def _cosines_size(size: int, device_type: str) -> int:
    start, end, offset = _blocks(size, device_type)[-1]
    return offset + (end - start) * (size - start)


def _sums_backward(
    order: float, kappa: Tensor, mu: Tensor, cosines: Tensor, grad: Tensor
) -> tuple[Tensor, Tensor]:
    vectors = _sums_vectors(order, kappa, mu.dtype)
    grad_kappa = torch.zeros_like(kappa)
    grad_mu = torch.zeros_like(mu)
    grad = grad.to(mu.dtype)
    size = len(kappa)
    with _full_precision(mu):
        for start, end, offset in _blocks(size, mu.device.type):
            rows, cols = slice(start, end), slice(start, size)
            shape = (end - start, size - start)
            cosine = cosines[offset : offset + shape[0] * shape[1]].view(shape)
            g, back = _overlaps(cosine, vectors, rows, cols)
            # d sums_i / d KL(i||j) = -overlap^2
            g.square_().mul_(-grad[rows, None]).diagonal().zero_()
            back.square_().mul_(-grad[cols]).diagonal().zero_()
            grad_i, grad_j, weight = _slopes(
                g, back, cosine, vectors, rows, cols
            )
            grad_kappa[rows] += grad_i
            grad_mu[rows] += weight @ mu[cols]
            if end < size:
                far = slice(end - start, None)
                grad_kappa[end:] += grad_j[far]
                grad_mu[end:] += weight[:, far].T @ mu[rows]
    return grad_kappa, grad_mu


class _OverlapSums(torch.autograd.Function):
    """Sums over j != i of overlap(i, j); no C x C matrix of float64."""

    @staticmethod
    def forward(ctx, kappa, mu, order):
        compiling = torch.compiler.is_compiling()
        forward = _sums_forward_op if compiling else _sums_forward
        sums, cosines = forward(order, kappa, mu)
        ctx.save_for_backward(kappa, mu, cosines)
        ctx.order = order
        return sums

    @staticmethod
    def backward(ctx, grad):
        kappa, mu, cosines = ctx.saved_tensors
        order = ctx.order
        if torch.compiler.is_compiling():
            return *_sums_backward_op(order, kappa, mu, cosines, grad), None
        if torch.is_grad_enabled():
            kl = _plain_kl(order, kappa, mu)
            sums = (1 / (1 + kl)).sum(1) - 1
            return *_again(sums, (kappa, mu), grad), None
        return *_sums_backward(order, kappa, mu, cosines, grad), None


# Under the compiler each of the four is taken as it is (see bessel.py).


@torch.library.custom_op('mmlt::vmf_kl', mutates_args=())
def _kl_forward_op(order: float, kappa: Tensor, mu: Tensor) -> Tensor:
    return _kl_forward(order, kappa, mu)


@_kl_forward_op.register_fake
def _(order, kappa, mu):
    return mu.new_empty(mu.shape[0], mu.shape[0])


@torch.library.custom_op('mmlt::vmf_kl_backward', mutates_args=())
def _kl_backward_op(
    order: float, kappa: Tensor, mu: Tensor, grad: Tensor
) -> tuple[Tensor, Tensor]:
    return _kl_backward(order, kappa, mu, grad)


@_kl_backward_op.register_fake
def _(order, kappa, mu, grad):
    return torch.empty_like(kappa), torch.empty_like(mu)


@torch.library.custom_op('mmlt::vmf_overlap_sums', mutates_args=())
def _sums_forward_op(
    order: float, kappa: Tensor, mu: Tensor
) -> tuple[Tensor, Tensor]:
    return _sums_forward(order, kappa, mu)


@_sums_forward_op.register_fake
def _(order, kappa, mu):
    size = _cosines_size(int(mu.shape[0]), mu.device.type)
    return torch.empty_like(kappa), mu.new_empty(size)


@torch.library.custom_op('mmlt::vmf_overlap_sums_backward', mutates_args=())
def _sums_backward_op(
    order: float, kappa: Tensor, mu: Tensor, cosines: Tensor, grad: Tensor
) -> tuple[Tensor, Tensor]:
    return _sums_backward(order, kappa, mu, cosines, grad)


@_sums_backward_op.register_fake
def _(order, kappa, mu, cosines, grad):
    return torch.empty_like(kappa), torch.empty_like(mu)


def vmf_kl(kappa: Tensor, mu: Tensor) -> Tensor:
    r"""Kullback-Leibler divergences between the vMF densities of C classes.

    KL(i||j) = L_j - L_i + A_i (kappa_i - kappa_j mu_i.mu_j).

    Convention:
        - row i, column j holds KL(i || j): the expectation is under i. The
          matrix is not symmetric.
        - the rows of ``mu`` are taken as unit vectors and not normalised
          here. The gradient on ``mu`` is the Euclidean one.
        - the diagonal is exactly 0, and no entry is negative.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: Unit directions, (C, D), D >= 2.

    Returns:
        (C, C) on the device of the inputs, in the wider of their dtypes (at
        least float32). Twice differentiable; the graph for second derivatives
        holds some C x C matrices of float64.

    Raises:
        TypeError: If an input is not a floating point tensor.
        ValueError: If the shapes do not fit.

    Accuracy:
        Everything but the cosine is done in float64, without cancellation
        for close kappa. The error of the cosine, about 1e-16 for float64
        ``mu`` and 1e-7 for float32, is multiplied by A_i kappa_j. Where
        float32 directions nearly coincide at large kappa, pass
        ``mu.double()``, normalised in float64. TF32 follows
        ``torch.set_float32_matmul_precision``.

    Source:
        arXiv 2208.10043, appendix, Eq. 5; b_i - b_j = L_j - L_i.
    """
    kappa64, mu_full = _check_classes(kappa, mu)
    dtype = _half_to_float(kappa, mu)
    order = mu.shape[1] / 2 - 1
    # a wider kappa widens the result, so the matrix is made in that dtype
    return _PairwiseKL.apply(kappa64, mu_full.to(dtype), order)


def vmf_overlap(kappa: Tensor, mu: Tensor) -> Tensor:
    r"""Distribution overlap coefficients, 1 / (1 + KL(i||j)).

    Convention:
        - row i, column j as in :func:`vmf_kl`; not symmetric.
        - the diagonal is exactly 1.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: Unit directions, (C, D), D >= 2.

    Returns:
        (C, C) in (0, 1], dtype and device as :func:`vmf_kl`. For the means
        alone, :func:`overlap_row_means` takes less time and memory.

    Raises:
        TypeError: If an input is not a floating point tensor.
        ValueError: If the shapes do not fit.

    Source:
        arXiv 2208.10043, appendix, Sec. 1.2.
    """
    return (1 + vmf_kl(kappa, mu)).reciprocal()


def _off_diagonal_sums(kappa: Tensor, mu: Tensor) -> Tensor:
    kappa64, mu_full = _check_classes(kappa, mu)
    mu_full = mu_full.to(_half_to_float(kappa, mu))
    return _OverlapSums.apply(kappa64, mu_full, mu.shape[1] / 2 - 1)


def overlap_row_means(kappa: Tensor, mu: Tensor) -> Tensor:
    r"""Mean overlap of each class with all C classes, itself included.

    Convention:
        - (1/C) sum_j overlap(i, j); the diagonal adds 1/C, as in the authors'
          code. Means over rows, so the expectation is under the class itself.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: Unit directions, (C, D), D >= 2.

    Returns:
        (C,) in (0, 1], dtype and device as :func:`vmf_kl`.

    Raises:
        TypeError: If an input is not a floating point tensor.
        ValueError: If the shapes do not fit.

    Accuracy:
        The pairs are worked on in the dtype of the result: an overlap is off
        by rounding times A_i kappa_j, as it is by the cosine alone.

    Source:
        Published code of arXiv 2208.10043 (the vector ``op``).
    """
    sums = _off_diagonal_sums(kappa, mu)
    return ((1 + sums) / len(sums)).to(_half_to_float(kappa, mu))


def inter_class_discrepancy(kappa: Tensor, mu: Tensor) -> Tensor:
    r"""Inter-class discrepancy loss, (1/C^2) sum over i != j of overlap(i, j).

    Convention:
        - divided by C^2, not C (C-1), as in the authors' code: 0 for one
          class.
        - gradients reach kappa and mu of both classes of every pair.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: Unit directions, (C, D), D >= 2.

    Returns:
        Scalar in [0, 1), dtype and device as :func:`vmf_kl`. The memory of
        forward and backward is one half of a C x C matrix in the dtype of
        ``mu`` and a few blocks of rows.

    Raises:
        TypeError: If an input is not a floating point tensor.
        ValueError: If the shapes do not fit.

    Source:
        Published code of arXiv 2208.10043 ("icd").
    """
    sums = _off_diagonal_sums(kappa, mu)
    return (sums.sum() / len(sums) ** 2).to(_half_to_float(kappa, mu))


def class_feature_consistency(
    kappa: Tensor, mu: Tensor, features: Tensor, labels: Tensor
) -> Tensor:
    r"""Class-feature consistency loss of a batch.

    With m_c the normalised mean of the normalised features of class c,

        mean over the classes present of 1 - 1 / (1 + KL_c),
        KL_c = A(kappa_c) kappa_c (1 - mu_c.m_c).

    Convention:
        - a mean over the classes present in the batch; absent ones add
          nothing, and a batch without samples gives 0.
        - 1 - mu.m is formed as \|mu - m\|^2 / 2, which for unit ``mu`` is the
          same and does not cancel.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: Unit directions, (C, D), D >= 2.
        features: (N, D), not normalised.
        labels: (N,), integers in 0 ... C-1.

    Returns:
        Scalar in [0, 1), in the widest dtype of the inputs (at least
        float32). Gradients reach kappa, mu and the features.

    Raises:
        TypeError: If the labels are not integers, or another input is not
            floating point.
        ValueError: If the shapes do not fit.

    Source:
        Published code of arXiv 2208.10043 ("cfc").
    """
    kappa64, mu_full = _check_classes(kappa, mu)
    _, dtype = to_float64('features', features.detach())
    dtype = torch.promote_types(dtype, _half_to_float(kappa, mu))
    if labels.is_floating_point() or labels.dtype == torch.bool:
        raise TypeError(
            'Expected `labels` to be integer class indices, but got '
            f'{labels.dtype}. (Mixed labels have no class mean.)'
        )
    count, dim = len(labels), mu.shape[1]
    if labels.ndim != 1 or features.shape != (count, dim):
        raise ValueError(
            f'Expected `features` to have the shape (N, {dim}) and `labels` '
            f'(N,), but got {tuple(features.shape)} and '
            f'{tuple(labels.shape)}. (One row and one label per sample.)'
        )
    labels = labels.long()
    # The first sample of each class in the batch stands for the class: sizes
    # depend on N alone, and nothing has to be known on the host.
    index = torch.arange(count, device=labels.device)
    first = torch.full_like(kappa64, count, dtype=torch.long)
    first = first.scatter_reduce(0, labels, index, 'amin')[labels]
    present = first == index
    unit = F.normalize(features.to(dtype), dim=1)
    sums = torch.zeros_like(unit).index_add(0, first, unit)
    away = mu_full.to(dtype)[labels] - F.normalize(sums, dim=1)
    gap = away.square().sum(1).to(torch.float64) / 2
    scale = bessel_terms(dim / 2 - 1, kappa64)[1] * kappa64
    kl = scale[labels] * gap
    loss = torch.where(present, kl / (1 + kl), 0).sum()
    return (loss / present.sum().clamp(min=1)).to(dtype)


def calibrated_concentration(
    kappa: Tensor, overlap: Tensor, alpha: float
) -> Tensor:
    r"""Post-training calibration: kappa^alpha * o^(1 - alpha).

    o is ``overlap`` (one value per class, see :func:`overlap_row_means`)
    moved to the range of kappa: its least value to min(kappa), its largest to
    max(kappa).

    Convention:
        - alpha = 1 returns kappa; alpha = 0 the rescaled overlap.
        - if all overlaps, or all kappa, are equal there is nothing to rescale
          by, and kappa is returned to the last bit (for equal overlaps the
          published code gives nan).

    Args:
        kappa: Concentrations, (C,), >= 0.
        overlap: (C,), finite.
        alpha: Share of the learned concentration, in [0, 1].

    Returns:
        (C,) in the wider dtype of the inputs (at least float32). The bias b
        is not touched: whether it follows is the caller's decision.

    Raises:
        TypeError: If an input is not a floating point tensor.
        ValueError: If ``alpha`` is outside [0, 1] or the shapes differ.

    Source:
        Published code of arXiv 2208.10043, test stage.
    """
    hint = 'alpha = 1 keeps kappa, alpha = 0 takes the overlap alone.'
    alpha = check_real('alpha', alpha, 0, hint)
    if alpha > 1:
        raise ValueError(
            f'Expected `alpha` to be a number in [0, 1], but got {alpha}. '
            f'({hint})'
        )
    kappa64, _ = to_float64('kappa', kappa)
    overlap64, _ = to_float64('overlap', overlap)
    if kappa.ndim != 1 or kappa.shape != overlap.shape or len(kappa) == 0:
        raise ValueError(
            'Expected `overlap` to have the shape (C,) of `kappa`, but got '
            f'{tuple(overlap.shape)} and {tuple(kappa.shape)}. (Pass the row '
            'means, one value per class.)'
        )
    low, high = overlap64.amin(), overlap64.amax()
    least, most = kappa64.amin(), kappa64.amax()
    spread = high - low
    equal = (spread == 0) | (most == least)
    share = (overlap64 - low) / torch.where(spread == 0, 1, spread)
    rescaled = torch.where(equal, kappa64, share * (most - least) + least)
    mixed = kappa64**alpha * rescaled ** (1 - alpha)
    mixed = torch.where(equal, kappa64, mixed)
    return mixed.to(_half_to_float(kappa, overlap))
