"""A trained classifier as a matrix and a vector, for testing elsewhere."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import check_shapes
from .unit_vectors import SMALLEST_LENGTH, unit_vectors

__all__ = [
    'directional_to_linear',
    'layer_norm_classifier',
    'linear_logits',
]


def directional_to_linear(
    kappa: Tensor, mu: Tensor, offset: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    r"""Weight and bias of the classifier kappa_i (x.mu_i) + offset_i.

    Convention:
        - whether x is the feature, or the feature at length 1, is not said
          here: it is the same for the linear classifier.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: (C, D), unit rows.
        offset: (C,) or None for zeros.

    Returns:
        weight (C, D), kappa_i mu_i, and bias (C,), in the widest dtype of
        the arguments; differentiable.

    Raises:
        ValueError: If the shapes do not fit.

    Examples:
        >>> kappa = torch.tensor([10.0, 5.0])
        >>> mu = torch.eye(2)
        >>> directional_to_linear(kappa, mu)
        (tensor([[10.,  0.],
                [ 0.,  5.]]), tensor([0., 0.]))

    Source:
        Ours: multiplied out. The classifier: Wang et al., ECCV 2022,
        https://arxiv.org/abs/2208.10043; Eq. 1 and 8 to 11 of its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    hint = 'One concentration and one direction per class.'
    check_shapes(hint, kappa=(kappa, 'C'), mu=(mu, 'C D'))
    if offset is not None:
        hint = 'One offset per class.'
        check_shapes(hint, kappa=(kappa, 'C'), offset=(offset, 'C'))
    dtype = torch.promote_types(kappa.dtype, mu.dtype)
    if offset is None:
        offset = torch.zeros_like(kappa)
    dtype = torch.promote_types(dtype, offset.dtype)
    return kappa.to(dtype)[:, None] * mu.to(dtype), offset.to(dtype)


def linear_logits(
    features: Tensor, weight: Tensor, bias: Tensor, normalize: bool = False
) -> Tensor:
    r"""w_i.x + b_i, with x the feature, or the feature at length 1.

    Args:
        features: (N, D).
        weight: (C, D).
        bias: (C,).
        normalize: Whether x = features / \|features\|; 0 stays 0.

    Returns:
        (N, C).

    Examples:
        >>> x, weight = torch.tensor([[3.0, 4.0]]), torch.eye(2)
        >>> linear_logits(x, weight, torch.zeros(2), normalize=True)
        tensor([[0.6000, 0.8000]])

    Source:
        Textbook: a linear classifier.
    """
    if normalize:
        features = unit_vectors(features)
    return F.linear(features, weight, bias)


def layer_norm_classifier(weight: Tensor) -> tuple[Tensor, Tensor, float]:
    r"""A classifier on x/\|x\| as linear layer, LayerNorm, linear layer.

    (x, -x) has mean 0 and the variance \|x\|^2 / D, so LayerNorm makes
    sqrt(D) (x, -x) / \|x\| of it: the weight times (x, -x) / (2 sqrt(D)) is
    the weight times x/\|x\|. Where a code base has no layer that normalizes
    a vector, LayerNorm stands in, exactly.

    Args:
        weight: (C, D), on features of length 1.

    Returns:
        projection (2 D, D), its entries 0, 1 and -1; weight (C, 2 D) on the
        layer-normalized projection; and the ``eps`` of the LayerNorm, with
        which a feature of zeros stays 0.

    Raises:
        ValueError: If ``weight`` is not two-dimensional.

    Examples:
        >>> projection, weight, eps = layer_norm_classifier(torch.eye(3))
        >>> projection.shape, weight.shape
        (torch.Size([6, 3]), torch.Size([3, 6]))

    Source:
        Ours; the derivation is in the docstring.
    """
    check_shapes('One row per class.', weight=(weight, 'C D'))
    dim = weight.shape[1]
    eye = torch.eye(dim, dtype=weight.dtype, device=weight.device)
    half = weight / (2 * dim**0.5)
    return (
        torch.cat([eye, -eye]),
        torch.cat([half, -half], dim=1),
        SMALLEST_LENGTH**2,
    )
