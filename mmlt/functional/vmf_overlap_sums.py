"""Mean overlaps of vMF densities, without the matrix of all pairs."""

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

__all__ = ['mean_overlaps', 'overlap_row_means']


def _blocks(size: int, device_type: str) -> list[tuple[int, int, int]]:
    """Start, end and offset of the row blocks of the upper triangle."""
    blocks, offset = [], 0
    for rows in row_blocks(size, device_type):
        blocks.append((rows.start, rows.stop, offset))
        offset += (rows.stop - rows.start) * (size - rows.start)
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
    with full_precision(mu):
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
    with full_precision(mu):
        for start, end, offset in _blocks(size, mu.device.type):
            rows, cols = slice(start, end), slice(start, size)
            shape = (end - start, size - start)
            cosine = cosines[offset : offset + shape[0] * shape[1]].view(shape)
            g, back = _overlaps(cosine, vectors, rows, cols)
            # d sums_i / d KL(i||j) = -overlap^2
            g.square_().mul_(-grad[rows, None]).diagonal().zero_()
            back.square_().mul_(-grad[cols]).diagonal().zero_()
            grad_i, grad_j, weight = pair_slopes(
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
    def forward(ctx: Any, kappa: Tensor, mu: Tensor, order: float) -> Tensor:
        compiling = torch.compiler.is_compiling()
        forward = _sums_forward_op if compiling else _sums_forward
        sums, cosines = forward(order, kappa, mu)
        ctx.save_for_backward(kappa, mu, cosines)
        ctx.order = order
        return sums

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        kappa, mu, cosines = ctx.saved_tensors
        order = ctx.order
        if torch.compiler.is_compiling():
            return *_sums_backward_op(order, kappa, mu, cosines, grad), None
        if torch.is_grad_enabled():
            kl = plain_kl(order, kappa, mu)
            sums = (1 / (1 + kl)).sum(1) - 1
            return *gradients_with_graph(sums, (kappa, mu), grad), None
        return *_sums_backward(order, kappa, mu, cosines, grad), None


# Under the compiler both are taken as they are (see bessel.py).


@torch.library.custom_op('mmlt::vmf_overlap_sums', mutates_args=())
def _sums_forward_op(
    order: float, kappa: Tensor, mu: Tensor
) -> tuple[Tensor, Tensor]:
    return _sums_forward(order, kappa, mu)


@_sums_forward_op.register_fake
def _(order: float, kappa: Tensor, mu: Tensor) -> tuple[Tensor, Tensor]:
    size = _cosines_size(int(mu.shape[0]), mu.device.type)
    return torch.empty_like(kappa), mu.new_empty(size)


@torch.library.custom_op('mmlt::vmf_overlap_sums_backward', mutates_args=())
def _sums_backward_op(
    order: float, kappa: Tensor, mu: Tensor, cosines: Tensor, grad: Tensor
) -> tuple[Tensor, Tensor]:
    return _sums_backward(order, kappa, mu, cosines, grad)


@_sums_backward_op.register_fake
def _(
    order: float, kappa: Tensor, mu: Tensor, cosines: Tensor, grad: Tensor
) -> tuple[Tensor, Tensor]:
    return torch.empty_like(kappa), torch.empty_like(mu)


def off_diagonal_sums(kappa: Tensor, mu: Tensor) -> Tensor:
    """Sum over j != i of overlap(i, j), (C,) float64."""
    kappa64, mu_full = check_classes(kappa, mu)
    mu_full = mu_full.to(widest_dtype(kappa, mu))
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

    Examples:
        >>> kappa = torch.tensor([10.0, 5.0])
        >>> mu = torch.eye(2)
        >>> overlap_row_means(kappa, mu)
        tensor([0.5855, 0.5495])

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043;
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/utils_multi_K_vMF.py#L108
        (the vector ``op``)
    """
    sums = off_diagonal_sums(kappa, mu)
    return ((1 + sums) / len(sums)).to(widest_dtype(kappa, mu))


def mean_overlaps(kappa: Tensor, mu: Tensor, diagonal: bool) -> Tensor:
    r"""Mean overlap of each class with the others, or with all.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: (C, D), unit rows.
        diagonal: Whether a class's overlap with itself, 1, counts, as in
            :func:`~mmlt.functional.overlap_row_means`.

    Returns:
        (C,) in (0, 1]; nan for a single class without the diagonal.

    Examples:
        >>> kappa = torch.tensor([10.0, 5.0])
        >>> mu = torch.eye(2)
        >>> mean_overlaps(kappa, mu, diagonal=False)
        tensor([0.1710, 0.0990])

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; with the
        diagonal :func:`overlap_row_means`, without it ours.
    """
    means = overlap_row_means(kappa, mu)
    size = len(means)
    if diagonal:
        return means
    if size == 1:
        return torch.full_like(means, float('nan'))
    return (means * size - 1) / (size - 1)
