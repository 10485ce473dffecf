r"""Other classifiers read as vMF classifiers: (kappa, mu) from weights.

All of them score with w_i.x; what differs is how much of the norm of w_i is
left as the concentration (appendix of
https://arxiv.org/abs/2208.10043, Sec. 2.2). The
bias is ignored, as there. A row of zeros has no direction: it gives mu = 0,
and the concentration its formula gives at norm 0.
"""

import torch
from torch import Tensor

from .checks import check_real, check_shapes
from .unit_vectors import unit_vectors

__all__ = [
    'causal_to_vmf',
    'cosine_to_vmf',
    'linear_to_vmf',
    'tau_norm_to_vmf',
]


def _norm_and_direction(weight: Tensor) -> tuple[Tensor, Tensor]:
    if not isinstance(weight, Tensor) or not weight.is_floating_point():
        got = getattr(weight, 'dtype', type(weight).__name__)
        raise TypeError(
            'Expected `weight` to be a floating point tensor, but got '
            f'{got}. Pass `fc.weight`.'
        )
    hint = 'One row per class; flatten a 1x1 convolution first.'
    check_shapes(hint, weight=(weight, 'C D'))
    weight = weight.to(torch.promote_types(weight.dtype, torch.float32))
    return torch.linalg.vector_norm(weight, dim=1), unit_vectors(weight)


def linear_to_vmf(weight: Tensor) -> tuple[Tensor, Tensor]:
    r"""Concentration and direction of a linear classifier, kappa = \|w\|.

    Convention:
        - the linear classifier scores the raw feature x, not x/\|x\|.

    Args:
        weight: (C, D).

    Returns:
        kappa (C,) and mu (C, D), dtype and device of ``weight`` (float32 for
        half precision).

    Raises:
        TypeError: If ``weight`` is not a floating point tensor.
        ValueError: If ``weight`` is not two-dimensional.

    Examples:
        >>> linear_to_vmf(torch.tensor([[3.0, 4.0]]))
        (tensor([5.]), tensor([[0.6000, 0.8000]]))

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 9 of its
        appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    return _norm_and_direction(weight)


def tau_norm_to_vmf(weight: Tensor, tau: float = 0.7) -> tuple[Tensor, Tensor]:
    r"""The same for a tau-normalized classifier, kappa = \|w\|^(1 - tau).

    Convention:
        - ``weight`` is the trained one, not yet normalized.
        - tau = 0 is the linear classifier, tau = 1 gives kappa = 1.

    Args:
        weight: (C, D).
        tau: Exponent of the norm that is divided out, >= 0.

    Returns:
        kappa (C,) and mu (C, D), as :func:`linear_to_vmf`.

    Raises:
        TypeError: If ``weight`` is not a floating point tensor.
        ValueError: If ``tau`` is negative or the shape does not fit.

    Examples:
        >>> tau_norm_to_vmf(torch.tensor([[3.0, 4.0]]), tau=0.7)
        (tensor([1.6207]), tensor([[0.6000, 0.8000]]))

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 10 of its
        appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf;
        tau = 0.7 from there.
    """
    tau = check_real('tau', tau, 0, 'tau = 0 is the linear classifier.')
    norm, mu = _norm_and_direction(weight)
    return norm ** (1 - tau), mu


def causal_to_vmf(
    weight: Tensor, gamma: float = 1 / 16
) -> tuple[Tensor, Tensor]:
    r"""The same for a causal classifier, kappa = \|w\| / (\|w\| + gamma).

    Convention:
        - no counterfactual term (TDE) and no score scale.
        - kappa is below 1 by construction: do not clamp it.

    Args:
        weight: (C, D).
        gamma: Added to the norm, > 0. The appendix says 1/16 "following the
            official codes"; those use 1/32.

    Returns:
        kappa (C,) and mu (C, D), as :func:`linear_to_vmf`.

    Raises:
        TypeError: If ``weight`` is not a floating point tensor.
        ValueError: If ``gamma`` is not positive or the shape does not fit.

    Examples:
        >>> kappa, mu = causal_to_vmf(torch.tensor([[3.0, 4.0]]), gamma=1.0)
        >>> kappa, mu
        (tensor([0.8333]), tensor([[0.6000, 0.8000]]))

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 11 of its
        appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    hint = 'Without gamma the classifier is the cosine classifier.'
    gamma = check_real('gamma', gamma, 0, hint, above=True)
    norm, mu = _norm_and_direction(weight)
    return norm / (norm + gamma), mu


def cosine_to_vmf(
    weight: Tensor, scale: float = 16.0
) -> tuple[Tensor, Tensor]:
    r"""The same for a cosine classifier, kappa = scale for every class.

    Args:
        weight: (C, D).
        scale: Factor on the cosine, >= 0.

    Returns:
        kappa (C,) and mu (C, D), as :func:`linear_to_vmf`.

    Raises:
        TypeError: If ``weight`` is not a floating point tensor.
        ValueError: If ``scale`` is negative or the shape does not fit.

    Examples:
        >>> cosine_to_vmf(torch.tensor([[3.0, 4.0]]), scale=16.0)
        (tensor([16.]), tensor([[0.6000, 0.8000]]))

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 8 of its
        appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    hint = 'It is the sigma that multiplies the cosine, often 16.'
    scale = check_real('scale', scale, 0, hint)
    norm, mu = _norm_and_direction(weight)
    return torch.full_like(norm, scale), mu
