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
        tau: Strength >= 0; 0 is plain cross-entropy, 1 balanced softmax.

    Returns:
        (N,).

    Source:
        Menon et al., ICLR 2021, arXiv 2007.07314, Eq. 10.
    """
    logits = _at_least_float32(logits)
    # float64: above 2^24 a count is not a float32
    log_counts = _per_class(counts, logits, torch.float64).log()
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

    Source:
        Ren et al., NeurIPS 2020, arXiv 2007.10740 (balanced softmax).
    """
    return logit_adjusted_loss(logits, labels, counts, tau=1.0)


def logit_adjustment(
    logits: Tensor, counts: PerClass, tau: float = 1.0
) -> Tensor:
    r"""Logits of a trained classifier without the training prior.

    z_c - tau log(n_c / sum(n)), for the test alone (post-hoc).

    Args:
        logits: (N, C), of a network trained with plain cross-entropy.
        counts: (C,) training images, > 0 (not checked).
        tau: Strength >= 0; 0 changes nothing.

    Returns:
        (N, C).

    Source:
        Menon et al., ICLR 2021, arXiv 2007.07314, Eq. 9.
    """
    logits = _at_least_float32(logits)
    counts = _per_class(counts, logits, torch.float64)
    log_prior = (counts / counts.sum()).log()
    return logits - tau * log_prior.to(logits.dtype)


def _at_least_float32(logits: Tensor) -> Tensor:
    return logits.to(torch.promote_types(logits.dtype, torch.float32))


def _per_class(
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
    labels = labels.long() if labels.dim() == 1 else labels.to(logits.dtype)
    return F.cross_entropy(
        logits, labels, weight=class_weights, reduction='none'
    )
