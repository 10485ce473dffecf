"""What the pairs of C vMF densities share, row block by row block.

Nothing of size C x C x D is ever built.
"""

import torch
from torch import Tensor

from .bessel import bessel_terms
from .checks import check_shapes, to_float64

__all__ = [
    'check_classes',
    'full_precision',
    'gradients_with_graph',
    'pair_slopes',
    'plain_kl',
    'row_blocks',
    'widest_dtype',
]


def check_classes(kappa: Tensor, mu: Tensor) -> tuple[Tensor, Tensor]:
    """Return kappa in float64 and mu in at least float32."""
    kappa64, _ = to_float64('kappa', kappa)
    _, dtype = to_float64('mu', mu.detach())
    if mu.ndim != 2 or mu.shape[0] < 1 or mu.shape[1] < 2:
        raise ValueError(
            'Expected `mu` to have the shape (C, D), C >= 1, D >= 2, but got '
            f'{tuple(mu.shape)}. Pass one unit row per class.'
        )
    hint = 'Expand a single concentration with `kappa.expand(C)`.'
    check_shapes(hint, kappa=(kappa, f'{len(mu)}'))
    return kappa64, mu.to(dtype)


def _rows_per_block(num_classes: int, device_type: str) -> int:
    # 16 MiB of float64 on a CPU, where a few hundred rows make an efficient
    # product; 32 MiB elsewhere, so that the launches do not count.
    size = 2**21 if device_type == 'cpu' else 2**22
    return max(64, size // max(num_classes, 1))


def row_blocks(num_classes: int, device_type: str) -> list[slice]:
    """Blocks of classes whose pairs with all classes fit in the cache."""
    step = _rows_per_block(num_classes, device_type)
    return [
        slice(start, min(start + step, num_classes))
        for start in range(0, num_classes, step)
    ]


def full_precision(x: Tensor) -> torch.autocast:
    """No autocast on the device of ``x``."""
    return torch.autocast(x.device.type, enabled=False)


def widest_dtype(kappa: Tensor, mu: Tensor) -> torch.dtype:
    """The wider dtype of two tensors, at least float32."""
    dtype = torch.promote_types(kappa.dtype, mu.dtype)
    return torch.promote_types(dtype, torch.float32)


def pair_slopes(
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


def plain_kl(order: float, kappa: Tensor, mu: Tensor) -> Tensor:
    """KL from differentiable operations: the graph for second derivatives."""
    value, first, _ = bessel_terms(order, kappa)
    with full_precision(mu):
        cosine = (mu @ mu.T).to(torch.float64)
    kl = (
        value
        - value[:, None]
        + first[:, None] * (kappa[:, None] - kappa * cosine)
    )
    return kl * (1 - torch.eye(len(kappa), dtype=kl.dtype, device=kl.device))


def gradients_with_graph(
    outcome: Tensor, inputs: tuple[Tensor, ...], grad: Tensor
) -> list[Tensor | None]:
    """Gradients that carry a graph, for whichever inputs need one."""
    wanted = [x for x in inputs if x.requires_grad]
    found = iter(torch.autograd.grad(outcome, wanted, grad, create_graph=True))
    return [next(found) if x.requires_grad else None for x in inputs]
