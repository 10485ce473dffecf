r"""Logits of the vMF classifier and of those that are special cases of it.

All of them are kappa_i (x.mu_i) + offset_i, with the feature x normalized or
not; they differ in where kappa and the offset come from.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from .checks import at_least_float32, to_float64
from .unit_vectors import unit_vectors
from .vmf import vmf_log_partition

__all__ = [
    'check_vmf_parameters',
    'directional_logits',
    'positive_concentration',
    'raw_concentration',
    'vmf_bias',
]


def positive_concentration(raw: Tensor) -> Tensor:
    r"""Concentration of an unrestricted parameter, log(1 + exp(raw)).

    Convention:
        - from a few units on it is ``raw`` itself (at 16 the slope is
          1 - 1e-7), so a learning rate means what it means for kappa.

    Args:
        raw: Any shape, any real value.

    Returns:
        Shape, dtype and device of ``raw``; > 0 (0 only by underflow).

    Examples:
        >>> raw = raw_concentration(torch.tensor([0.5, 16.0]))
        >>> positive_concentration(raw)
        tensor([ 0.5000, 16.0000])

    Source:
        Ours: one positive value. The published code cuts at 1 in the score
        alone and lets the bias and the divergence see the uncut value:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/models/multi_k_vmf_classifier.py#L47
    """
    # F.softplus jumps by 2e-9 where it becomes the identity
    return torch.logaddexp(raw, torch.zeros_like(raw))


def raw_concentration(kappa: Tensor) -> Tensor:
    r"""Inverse of :func:`positive_concentration`, log(exp(kappa) - 1).

    Args:
        kappa: Concentration, any shape, > 0.

    Returns:
        Shape, dtype and device of ``kappa``.

    Examples:
        >>> raw_concentration(torch.tensor([0.5, 16.0]))
        tensor([-0.4328, 16.0000])

    Source:
        Ours: the inverse function, solved by hand.
    """
    return kappa + torch.log(-torch.expm1(-kappa))


def vmf_bias(
    dim: int,
    kappa: Tensor,
    log_partition: Callable[[int, Tensor], Tensor] = vmf_log_partition,
) -> Tensor:
    r"""Bias b of the vMF classifier, up to a constant.

    $$b_i = L(\kappa_r) - L(\kappa_i),$$

    where $\kappa_r$ is the middle of the range of kappa.

    Convention:
        - the appendix's b_i = v log kappa_i - log I_v(kappa_i) is larger by
          one constant for all classes, which no softmax and no divergence
          sees. Leaving it out keeps what float32 would round off: at 2048
          dimensions one float32 step of the appendix's b is 6 % of the
          change by one unit of kappa.
        - exactly 0 where all kappa are equal.
        - no gradient flows through kappa_r: db_i/dkappa_i = -A(kappa_i).

    Args:
        dim: Dimension of the feature space, >= 2.
        kappa: Concentrations, (C,), >= 0.
        log_partition: The function L, for another way of computing it.

    Returns:
        (C,) float64.

    Raises:
        TypeError: If ``kappa`` is not a floating point tensor.
        ValueError: If ``dim`` is below 2 or not finite.

    Examples:
        >>> vmf_bias(3, torch.tensor([0.0, 10.0]))
        tensor([ 2.6974, -4.3069], dtype=torch.float64)

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 1 of its
        appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    kappa64, _ = to_float64('kappa', kappa)
    fixed = kappa64.detach()
    middle = (fixed.amin() + fixed.amax()) / 2
    value = log_partition(dim, torch.cat([kappa64, middle[None]]))
    return value[-1] - value[:-1]


def directional_logits(
    features: Tensor,
    kappa: Tensor,
    mu: Tensor,
    offset: Tensor | None = None,
    normalize: bool = True,
) -> Tensor:
    r"""kappa_i (x.mu_i) + offset_i, x = features / \|features\|.

    $$z_i = \kappa_i\, \frac{f}{\|f\|} \cdot \mu_i + \mathrm{offset}_i$$

    Convention:
        - never in half precision, autocast or not: at kappa = 16 a bfloat16
          logit is off by 0.06, as much as the biases of two classes differ.

    Args:
        features: (N, D).
        kappa: Concentrations, (C,), >= 0.
        mu: (C, D), unit rows.
        offset: (C,) or None, added in the dtype of the result.
        normalize: False takes the features as they are.

    Returns:
        (N, C) in the widest dtype of features, kappa and mu, at least
        float32.

    Examples:
        >>> kappa = torch.tensor([10.0, 5.0])
        >>> mu = torch.eye(2)
        >>> features = torch.tensor([[3.0, 4.0]])
        >>> directional_logits(features, kappa, mu)
        tensor([[6., 4.]])

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 1 and 8
        to 11 of its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    dtype = torch.promote_types(features.dtype, torch.float32)
    dtype = torch.promote_types(dtype, kappa.dtype)
    dtype = torch.promote_types(dtype, mu.dtype)
    with torch.autocast(features.device.type, enabled=False):
        if normalize:
            features = unit_vectors(features, dtype=dtype)
        else:
            features = features.to(dtype)
        logits = features @ mu.to(dtype).T * kappa.to(dtype)
        return logits if offset is None else logits + offset.to(dtype)


def check_vmf_parameters(kappa: Tensor, mu: Tensor) -> None:
    """Check concentrations and directions by value; waits for the GPU.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: (C, D).

    Raises:
        ValueError: Naming the first class whose kappa is negative or not
            finite, or whose mu has no direction although kappa > 0.

    Examples:
        >>> check_vmf_parameters(torch.tensor([10.0, 5.0]), torch.eye(2))

    Source:
        Ours: an argument check.
    """
    ok = torch.isfinite(kappa) & (kappa >= 0)
    if not ok.all():
        c = int((~ok).nonzero()[0])
        raise ValueError(
            'Expected every concentration to be a finite number >= 0, but '
            f'class {c} has {kappa[c].item()}. Did the training diverge? '
            'Lower the learning rate of `head.kappa`.'
        )
    norm = torch.linalg.vector_norm(at_least_float32(mu), dim=1)
    # rounded to bfloat16 (7 bits), a length of 1 is off by 0.004
    most = max(1e-3, torch.finfo(mu.dtype).eps)
    ok = ((norm - 1).abs() <= most) | ((kappa == 0) & (norm == 0))
    if not ok.all():
        c = int((~ok).nonzero()[0])
        raise ValueError(
            'Expected every class to have a direction of length 1, but '
            f'that of class {c} has length {norm[c].item():g}. Are its '
            'weights all zero, or not finite?'
        )
