"""Logits of a directional classifier of many classes, in few passes.

With a thousand classes and a thousand features the two matrices that are
normalized are as large as the logits, and what is done with them number by
number costs as much as the product. Here it is done at once, with a gradient
written by hand.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from .unit_vectors import SHORT, SHORT_FLOAT16, SMALLEST_LENGTH

__all__ = ['directional_scores']


class _ScaledUnits(torch.autograd.Function):
    """s_i v_i / |v_i|, with the gradient of :func:`unit_vectors`."""

    @staticmethod
    def forward(ctx: Any, vectors: Tensor, scale: Tensor, short: float) -> Any:
        length = torch.linalg.vector_norm(vectors, dim=1, keepdim=True)
        ctx.save_for_backward(vectors, scale, length)
        ctx.short = short
        return vectors * (scale[:, None] / length.clamp(min=SMALLEST_LENGTH))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Any:
        vectors, scale, length = ctx.saved_tensors
        inverse = 1 / length.clamp(min=SMALLEST_LENGTH)
        # the part of the gradient along the unit vector, (N, 1)
        along = torch.linalg.vecdot(grad, vectors)[:, None] * inverse
        share = (length / ctx.short).clamp(max=1).square()
        factor = scale[:, None] * inverse * share
        # the part across it, of which alone a direction takes notice
        across = grad * factor
        across.addcmul_(vectors, -factor * along * inverse)
        return across, along[:, 0], None


def directional_scores(
    features: Tensor,
    kappa: Tensor,
    weight: Tensor,
    offset: Tensor | None = None,
) -> Tensor:
    r"""kappa_i (x.mu_i) + offset_i, x = f / \|f\| and mu_i = w_i / \|w_i\|.

    What :func:`directional_logits` gives for ``unit_vectors(weight)``; it is
    made for many classes. One gradient, not that of a gradient.

    Convention: never in half precision, autocast or not.

    Args:
        features: (N, D); N may be 0.
        kappa: Concentrations, (C,), >= 0.
        weight: (C, D), rows of any length.
        offset: (C,) or None, added in the dtype of the result.

    Returns:
        (N, C) in the widest dtype of features, kappa and weight, at least
        float32.

    Examples:
        >>> features = torch.tensor([[3.0, 4.0]])
        >>> kappa, weight = torch.tensor([10.0, 5.0]), 2 * torch.eye(2)
        >>> directional_scores(features, kappa, weight)
        tensor([[6., 4.]])

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 1 and 8
        to 11 of its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    dtype = torch.promote_types(features.dtype, torch.float32)
    dtype = torch.promote_types(dtype, kappa.dtype)
    dtype = torch.promote_types(dtype, weight.dtype)
    short = SHORT_FLOAT16 if features.dtype == torch.float16 else SHORT
    ones = torch.ones(len(features), dtype=dtype, device=features.device)
    with torch.autocast(features.device.type, enabled=False):
        units = _ScaledUnits.apply(features.to(dtype), ones, short)
        scaled = _ScaledUnits.apply(weight.to(dtype), kappa.to(dtype), SHORT)
        bias = None if offset is None else offset.to(dtype)
        return F.linear(units, scaled, bias)
