"""Logits of a directional classifier at every place of a map of features."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .unit_vectors import unit_vectors

__all__ = ['directional_maps']


def directional_maps(
    features: Tensor, kappa: Tensor, mu: Tensor, offset: Tensor | None = None
) -> Tensor:
    r"""kappa_i (x.mu_i) + offset_i at every pixel, x = f / \|f\|.

    What :func:`directional_logits` is for (N, D) features, as one 1 x 1
    convolution whose weight is kappa_i mu_i.

    Convention:
        - never in half precision, autocast or not.
        - offset is the same at every pixel, so resizing the logits by
          weights that sum to 1 (bilinear), or the mean over windows and
          flips, commutes with it.

    Args:
        features: (N, D, H, W).
        kappa: Concentrations, (C,), >= 0.
        mu: (C, D), unit rows.
        offset: (C,) or None, added in the dtype of the result.

    Returns:
        (N, C, H, W) in the widest dtype of features, kappa and mu, at least
        float32.

    Examples:
        >>> features = torch.tensor([3.0, 4.0]).reshape(1, 2, 1, 1)
        >>> kappa, mu = torch.tensor([10.0, 5.0]), torch.eye(2)
        >>> directional_maps(features, kappa, mu).flatten()
        tensor([6., 4.])

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 1 and 8
        to 11 of its appendix, pixel by pixel:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    dtype = torch.promote_types(features.dtype, torch.float32)
    dtype = torch.promote_types(dtype, kappa.dtype)
    dtype = torch.promote_types(dtype, mu.dtype)
    with torch.autocast(features.device.type, enabled=False):
        weight = kappa.to(dtype)[:, None] * mu.to(dtype)
        bias = None if offset is None else offset.to(dtype)
        units = unit_vectors(features, dtype=dtype)
        return F.conv2d(units, weight[:, :, None, None], bias)
