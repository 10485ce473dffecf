"""Divergences and overlaps between the vMF densities of C classes."""

import math
from typing import Any

import torch
from torch import Tensor

from .bessel import evaluate_bessel_terms
from .vmf_pairs import (
    check_classes,
    full_precision,
    gradients_with_graph,
    pair_slopes,
    plain_kl,
    row_blocks,
    widest_dtype,
)

__all__ = ['vmf_kl', 'vmf_overlap']

# Concentrations closer than this share of kappa + sqrt(dim) are subtracted
# by a formula of their differences (see `_kl_block`).
_NEAR = 1e-2


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
    with full_precision(mu):
        for rows in row_blocks(size, mu.device.type):
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
    every = slice(None)
    with full_precision(mu):
        for rows in row_blocks(size, mu.device.type):
            cosine = (mu[rows] @ mu.T).to(torch.float64)
            g = grad[rows].to(torch.float64, copy=True)
            g.diagonal(rows.start).zero_()
            back = grad[:, rows].T.to(torch.float64, copy=True)
            back.diagonal(rows.start).zero_()
            grad_kappa[rows], _, weight = pair_slopes(
                g, back, cosine, (kappa, *terms[1:3]), rows, every
            )
            grad_mu[rows] = weight.to(mu.dtype) @ mu
    return grad_kappa, grad_mu


class _PairwiseKL(torch.autograd.Function):
    """KL(i||j), with memory for the result and a few blocks of rows."""

    @staticmethod
    def forward(ctx: Any, kappa: Tensor, mu: Tensor, order: float) -> Tensor:
        ctx.save_for_backward(kappa, mu)
        ctx.order = order
        compiling = torch.compiler.is_compiling()
        return (_kl_forward_op if compiling else _kl_forward)(order, kappa, mu)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        kappa, mu = ctx.saved_tensors
        if torch.compiler.is_compiling():
            return *_kl_backward_op(ctx.order, kappa, mu, grad), None
        if torch.is_grad_enabled():
            kl = plain_kl(ctx.order, kappa, mu).to(grad.dtype)
            return *gradients_with_graph(kl, (kappa, mu), grad), None
        return *_kl_backward(ctx.order, kappa, mu, grad), None


# Under the compiler both are taken as they are (see bessel.py).


@torch.library.custom_op('mmlt::vmf_kl', mutates_args=())
def _kl_forward_op(order: float, kappa: Tensor, mu: Tensor) -> Tensor:
    return _kl_forward(order, kappa, mu)


@_kl_forward_op.register_fake
def _(order: float, kappa: Tensor, mu: Tensor) -> Tensor:
    return mu.new_empty(mu.shape[0], mu.shape[0])


@torch.library.custom_op('mmlt::vmf_kl_backward', mutates_args=())
def _kl_backward_op(
    order: float, kappa: Tensor, mu: Tensor, grad: Tensor
) -> tuple[Tensor, Tensor]:
    return _kl_backward(order, kappa, mu, grad)


@_kl_backward_op.register_fake
def _(
    order: float, kappa: Tensor, mu: Tensor, grad: Tensor
) -> tuple[Tensor, Tensor]:
    return torch.empty_like(kappa), torch.empty_like(mu)


def vmf_kl(kappa: Tensor, mu: Tensor) -> Tensor:
    r"""Kullback-Leibler divergences between the vMF densities of C classes.

    $$\mathrm{KL}(i \| j) = L(\kappa_j) - L(\kappa_i)
    + A(\kappa_i) \left(\kappa_i - \kappa_j\, \mu_i \cdot \mu_j\right),$$

    L and A as in :func:`vmf_log_partition` and :func:`vmf_mean_resultant`.

    Convention:
        - row i, column j holds KL(i || j): the expectation is under i. The
          matrix is not symmetric.
        - the rows of ``mu`` are taken as unit vectors and not normalized
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
        ``mu.double()``, normalized in float64. TF32 follows
        ``torch.set_float32_matmul_precision``.

    Examples:
        >>> kappa = torch.tensor([10.0, 5.0])
        >>> mu = torch.eye(2)
        >>> vmf_kl(kappa, mu)
        tensor([[0.0000, 4.8477],
                [9.1052, 0.0000]])

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 5 of its
        appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf;
        b_i - b_j = L_j - L_i.
    """
    kappa64, mu_full = check_classes(kappa, mu)
    dtype = widest_dtype(kappa, mu)
    order = mu.shape[1] / 2 - 1
    # a wider kappa widens the result, so the matrix is made in that dtype
    return _PairwiseKL.apply(kappa64, mu_full.to(dtype), order)


def vmf_overlap(kappa: Tensor, mu: Tensor) -> Tensor:
    r"""Distribution overlap coefficients, 1 / (1 + KL(i||j)).

    $$o_{ij} = \frac{1}{1 + \mathrm{KL}(i \| j)}$$

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

    Examples:
        >>> kappa = torch.tensor([10.0, 5.0])
        >>> mu = torch.eye(2)
        >>> vmf_overlap(kappa, mu)
        tensor([[1.0000, 0.1710],
                [0.0990, 1.0000]])

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Sec. 1.2 of
        its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    return (1 + vmf_kl(kappa, mu)).reciprocal()
