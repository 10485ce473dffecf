"""Several experts on one image: priors of SADE, agreement of two views."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32, check_choice, check_counts, check_real

__all__ = ['reversed_prior', 'sade_adjustments', 'view_agreement']


def reversed_prior(prior: Tensor) -> Tensor:
    """The prior in reversed order of frequency.

    The most frequent class gets the share of the rarest, the second that of
    the second rarest, and so on.

    Convention: of equal counts the first is the more frequent, so that the
    prior of classes sorted by size is reversed as it stands. (The published
    code leaves it open.)

    Args:
        prior: (C,) shares or counts, in any order.

    Returns:
        (C,), the same numbers rearranged.

    Examples:
        >>> reversed_prior(torch.tensor([0.7, 0.2, 0.1]))
        tensor([0.1000, 0.2000, 0.7000])

    Source:
        Zhang et al. (SADE), NeurIPS 2022, https://arxiv.org/abs/2107.09249;
        the order is that of
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/model/loss.py#L255-L261
    """
    falling, order = prior.sort(descending=True, stable=True)
    return torch.empty_like(prior).scatter_(0, order, falling.flip(0))


def sade_adjustments(
    counts: Sequence[int] | Tensor, num_experts: int = 3, tau: float = 2.0
) -> Tensor:
    """What the training logits of each expert get on top.

    Row 0, nothing: the expert of the training distribution. Row 1, log pi:
    balanced softmax, the expert of the uniform one. Row 2, log pi - tau log
    pi_bar, pi_bar the reversed prior: the expert of the inverted one.

    Args:
        counts: (C,) integers >= 1.
        num_experts: 1, 2 or 3: as many of the rows.
        tau: How strongly the third expert is trained for rare classes, >= 0;
            0 makes it the second.

    Returns:
        (num_experts, C) float64.

    Raises:
        ValueError: If a class has no image, or a setting is out of range.

    Examples:
        >>> sade_adjustments([9, 3, 1])
        tensor([[ 0.0000,  0.0000,  0.0000],
                [-0.3677, -1.4663, -2.5649],
                [ 4.7622,  1.4663, -1.8295]], dtype=torch.float64)

    Source:
        Zhang et al. (SADE), NeurIPS 2022, https://arxiv.org/abs/2107.09249,
        the three expertise-guided losses;
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/model/loss.py#L274-L284
    """
    check_choice(
        'num_experts', num_experts, (1, 2, 3), 'SADE has a loss for three.'
    )
    check_real('tau', tau, 0, 'The published one is 2 (1 on iNaturalist).')
    log_prior = log_class_prior(counts)
    rows = [
        torch.zeros_like(log_prior),
        log_prior,
        log_prior - tau * reversed_prior(log_prior),
    ]
    return torch.stack(rows[:num_experts])


def log_class_prior(counts: Sequence[int] | Tensor) -> Tensor:
    """Logarithm of each class's share of the training images.

    Args:
        counts: (C,) integers >= 1.

    Returns:
        (C,) float64.

    Raises:
        ValueError: If a class has no image.
    """
    counts = check_counts(counts)
    return (counts / counts.sum()).log()


def view_agreement(first: Tensor, second: Tensor, weights: Tensor) -> Tensor:
    """Mean cosine between the predictions for two views of each image.

    A prediction is the softmax of the weighted sum of the experts' logits.
    SADE finds the weights of an unknown test distribution by making it large:
    an expert that knows a class says the same of both views.

    Args:
        first: (E, N, C) logits of the experts for one view of N images.
        second: (E, N, C), for the other.
        weights: (E,) >= 0 with sum 1.

    Returns:
        A scalar in (0, 1], in at least float32.

    Examples:
        >>> views = torch.tensor([[[2.0, 0.0]], [[0.0, 1.0]]])  # two experts
        >>> weights = torch.tensor([0.5, 0.5])
        >>> round(view_agreement(views, views, weights).item(), 4)
        1.0

    Source:
        Zhang et al. (SADE), NeurIPS 2022, https://arxiv.org/abs/2107.09249,
        test-time self-supervised aggregation;
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/test_training_cifar.py#L367-L376
    """

    def predict(logits: Tensor) -> Tensor:
        weighted = weights[:, None, None] * at_least_float32(logits)
        return weighted.sum(0).softmax(dim=1)

    return F.cosine_similarity(predict(first), predict(second), dim=1).mean()
