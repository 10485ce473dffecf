"""Losses of long-tailed classification, one value per sample.

Convention of all of them:
    - nothing is averaged over the batch, weights included: (N,) comes back.
    - labels are (N,) class indices; where the formula is linear in the label
      (N, C) soft ones too, and then the result is its mean over the label.
    - in the dtype of the logits, at least float32: a bfloat16 log n is off
      by up to 0.03. Numbers per class may be lists, or on any device.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32
from .label_indices import class_indices

__all__ = [
    'balanced_softmax_loss',
    'cdt_loss',
    'class_weighted_cross_entropy',
    'label_weights',
    'ldam_loss',
    'logit_adjusted_loss',
    'smoothed_cross_entropy',
]

PerClass = Sequence[float] | Tensor


def logit_adjusted_loss(
    logits: Tensor, labels: Tensor, counts: PerClass, tau: float = 1.0
) -> Tensor:
    r"""Cross-entropy of the logits plus tau log n_c.

    Convention:
        - n_c or the prior n_c / sum(n): the same loss.
        - at test the logits are taken as they are.

    Args:
        logits: (N, C).
        labels: (N,) indices or (N, C) soft labels.
        counts: (C,) training images, > 0 (not checked; at 0 the loss of the
            class is infinite).
        tau: Strength of the adjustment >= 0; 0 is plain cross-entropy, 1
            balanced softmax.

    Returns:
        (N,).

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> logit_adjusted_loss(logits, labels, [100, 10, 1], tau=1.0)
        tensor([0.0374, 1.6897])

    Source:
        Menon et al., ICLR 2021, https://arxiv.org/abs/2007.07314, Eq. 10.
    """
    logits = at_least_float32(logits)
    # float64: above 2^24 a count is not a float32
    log_counts = per_class(counts, logits, torch.float64).log()
    return _cross_entropy(logits + tau * log_counts.to(logits.dtype), labels)


def balanced_softmax_loss(
    logits: Tensor, labels: Tensor, counts: PerClass
) -> Tensor:
    r"""Cross-entropy of the logits plus log n_c (balanced softmax, BSCE).

    Convention:
        - at test the logits are taken as they are.

    Args:
        logits: (N, C).
        labels: (N,) indices or (N, C) soft labels.
        counts: (C,) training images, > 0 (not checked; at 0 the loss of the
            class is infinite).

    Returns:
        (N,).

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> balanced_softmax_loss(logits, labels, [100, 10, 1])
        tensor([0.0374, 1.6897])

    Source:
        Ren et al., NeurIPS 2020, https://arxiv.org/abs/2007.10740 (balanced
        softmax).
    """
    return logit_adjusted_loss(logits, labels, counts, tau=1.0)


def class_weighted_cross_entropy(
    logits: Tensor, labels: Tensor, class_weights: PerClass
) -> Tensor:
    r"""Cross-entropy of each sample times the weight of its class.

    Convention:
        - the usual mean of a batch divides the sum by that of
          :func:`label_weights`, not by N.

    Args:
        logits: (N, C).
        labels: (N,) indices or (N, C) soft labels.
        class_weights: (C,), :func:`class_balanced_weights` (CBCE) or
            :func:`cost_sensitive_weights` (CSCE).

    Returns:
        (N,).

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> class_weighted_cross_entropy(logits, labels, [0.5, 1.0, 1.5])
        tensor([0.2038, 2.1698])

    Source:
        Textbook: ``torch.nn.functional.cross_entropy(weight=...)`` before its
        division by the weights.
    """
    logits = at_least_float32(logits)
    return _cross_entropy(logits, labels, per_class(class_weights, logits))


def label_weights(labels: Tensor, class_weights: Tensor) -> Tensor:
    """Weight of the class of each sample.

    Args:
        labels: (N,) indices or (N, C) soft labels.
        class_weights: (C,).

    Returns:
        (N,) in the dtype of the weights; the mean over a soft label.

    Examples:
        >>> label_weights(torch.tensor([0, 2]), torch.tensor([0.5, 1.0, 1.5]))
        tensor([0.5000, 1.5000])

    Source:
        Textbook: for mixed labels, the mean of the two weights.
    """
    if labels.dim() == 1:
        return class_weights[class_indices(labels)]
    return (labels.to(class_weights.dtype) * class_weights).sum(1)


def smoothed_cross_entropy(
    logits: Tensor, labels: Tensor, smoothing: PerClass
) -> Tensor:
    r"""Cross-entropy with label smoothing that depends on the class.

    (1 - eps_y) (-log p_y) + eps_y mean_c(-log p_c): the target is
    1 - eps_y + eps_y / C at the label and eps_y / C elsewhere.

    Args:
        logits: (N, C).
        labels: (N,) indices or (N, C) soft labels.
        smoothing: (C,) eps in [0, 1]: all alike (CELS), or
            :func:`label_aware_smoothing` (CELAS).

    Returns:
        (N,).

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> smoothed_cross_entropy(logits, labels, [0.4, 0.2, 0.1])
        tensor([0.8076, 2.1032])

    Source:
        Zhong et al. (MiSLAS), CVPR 2021, https://arxiv.org/abs/2104.00466; one
        smoothing for all classes: Szegedy et al., CVPR 2016,
        https://arxiv.org/abs/1512.00567
    """
    logits = at_least_float32(logits)
    eps = per_class(smoothing, logits)
    if labels.dim() == 1:
        eps = eps[class_indices(labels)]
        uniform = -logits.log_softmax(1).mean(1)
        return (1 - eps) * _cross_entropy(logits, labels) + eps * uniform
    labels = labels.to(logits.dtype)
    spread = (labels * eps).sum(1, keepdim=True) / logits.shape[1]
    return _cross_entropy(logits, labels * (1 - eps) + spread)


def cdt_loss(logits: Tensor, labels: Tensor, temperatures: PerClass) -> Tensor:
    r"""Cross-entropy of z_c / a_c: class-dependent temperatures.

    Convention:
        - at test the logits are taken as they are.

    Args:
        logits: (N, C).
        labels: (N,) indices or (N, C) soft labels.
        temperatures: (C,) a, :func:`cdt_temperatures`.

    Returns:
        (N,).

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> temperatures = cdt_temperatures([100, 10, 1], gamma=0.2)
        >>> cdt_loss(logits, labels, temperatures)
        tensor([0.3291, 1.1905])

    Source:
        Ye et al., 2020, https://arxiv.org/abs/2001.01385
    """
    logits = at_least_float32(logits)
    return _cross_entropy(logits / per_class(temperatures, logits), labels)


def ldam_loss(
    cosine: Tensor, labels: Tensor, margins: PerClass, scale: float = 30.0
) -> Tensor:
    r"""Cross-entropy of scale (cos theta_c - m_y [c = y]).

    Convention:
        - the scale is applied here: the head gives the cosine itself, and
          at test the published code takes its softmax unscaled.
        - ``scale`` s and ``margins`` m on cosines are ``scale`` 1 and margins
          s m on logits that a head has scaled by s.

    Args:
        cosine: (N, C) cosines of the angles of features and classes.
        labels: (N,) indices; it is not linear in the label.
        margins: (C,) m, :func:`ldam_margins`.
        scale: s > 0.

    Returns:
        (N,).

    Examples:
        >>> cosine = torch.tensor([[0.3, 0.1], [0.8, 0.6]])
        >>> margins = ldam_margins([100, 1])
        >>> ldam_loss(cosine, torch.tensor([0, 1]), margins)
        tensor([ 0.2505, 21.0000])

    Source:
        Cao et al. (LDAM), NeurIPS 2019, https://arxiv.org/abs/1906.07413; the
        scale is that of
        https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/losses.py#L45
    """
    cosine = at_least_float32(cosine)
    margins = per_class(margins, cosine)
    labels = class_indices(labels)
    at_label = F.one_hot(labels, cosine.shape[1])
    return _cross_entropy(scale * (cosine - margins * at_label), labels)


def per_class(
    values: PerClass, logits: Tensor, dtype: torch.dtype | None = None
) -> Tensor:
    """(C,) where the logits are, in a dtype of its own or theirs.

    Raises:
        ValueError: If there are not as many as classes in the logits.
    """
    dtype = dtype or logits.dtype
    values = torch.as_tensor(values, dtype=dtype, device=logits.device)
    if values.shape != logits.shape[1:]:
        raise ValueError(
            'Expected one number per class of the logits, which have shape '
            f'{tuple(logits.shape)}, but got numbers of shape '
            f'{tuple(values.shape)}. Use counts of the same data set.'
        )
    return values


def _cross_entropy(
    logits: Tensor, labels: Tensor, class_weights: Tensor | None = None
) -> Tensor:
    """(N,) cross-entropy for indices or soft labels."""
    one_class = labels.dim() == 1
    labels = class_indices(labels) if one_class else labels.to(logits.dtype)
    return F.cross_entropy(
        logits, labels, weight=class_weights, reduction='none'
    )
