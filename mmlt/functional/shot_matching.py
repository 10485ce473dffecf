"""Confidence matched to accuracy in groups of classes."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .posthoc import log_linear_temperature, logit_adjustment, standardized
from .posthoc_fit import fit_by_likelihood
from .posthoc_minimum import refuse_separated

__all__ = ['fit_shot_matching', 'group_gaps', 'shot_matched_logits']


def group_gaps(
    logits: Tensor, labels: Tensor, weights: Tensor, groups: Sequence[Tensor]
) -> Tensor:
    """Mean confidence minus accuracy in groups of true classes.

    Args:
        logits: (N, C).
        labels: (N,) int64.
        weights: (N,).
        groups: G masks (C,) bool; one without a sample is left out.

    Returns:
        (G',) in [-1, 1], differentiable in the logits.

    Examples:
        >>> logits = torch.zeros(2, 2).double()
        >>> weights = torch.full((2,), 0.5).double()
        >>> groups = [torch.tensor([True, False]), torch.tensor([False, True])]
        >>> group_gaps(logits, torch.tensor([0, 1]), weights, groups)
        tensor([-0.5000,  0.5000], dtype=torch.float64)

    Source:
        Ours: the gap of Guo et al., ICML 2017,
        https://arxiv.org/abs/1706.04599, Eq. 3, per group of true classes.
    """
    confidence, predicted = logits.softmax(1).max(1)
    gap = weights * (confidence - (predicted == labels).to(confidence))
    members = [group.to(labels.device)[labels] for group in groups]
    gaps = [gap[m].sum() / weights[m].sum() for m in members if m.any()]
    return torch.stack(gaps) if gaps else gap[:0]


def shot_matched_logits(
    logits: Tensor,
    counts: Tensor,
    intercept: float,
    slope: float,
    strength: float,
) -> Tensor:
    """Logits corrected by three numbers and the counts of the classes.

    First a share of the training prior is taken out
    (:func:`~mmlt.functional.logit_adjustment`), then what is left is divided
    by a temperature that is a smooth function of the log count
    (:func:`~mmlt.functional.log_linear_temperature`).

    Args:
        logits: (N, C) float64.
        counts: (C,) training images > 0.
        intercept: Of the log temperature.
        slope: Of the log temperature, in the standardized log count.
        strength: Share of the training prior that is taken out, >= 0.

    Returns:
        (N, C) float64.

    Examples:
        >>> logits, counts = torch.zeros(1, 2).double(), torch.tensor([100, 1])
        >>> shot_matched_logits(logits, counts, 0.0, 0.0, strength=1.0)
        tensor([[-2.3026,  2.3026]], dtype=torch.float64)

    Source:
        Ours.
    """
    return _matched(
        logit_adjustment(logits, counts, strength, centered=True),
        standardized(counts.double().log()),
        torch.tensor([intercept, slope], dtype=torch.float64),
    )


def _matched(logits: Tensor, scale: Tensor, theta: Tensor) -> Tensor:
    return log_linear_temperature(logits, scale, theta[0], theta[1])


def fit_shot_matching(
    logits: Tensor,
    labels: Tensor,
    weights: Tensor,
    counts: Tensor,
    groups: Sequence[Tensor],
    strengths: Sequence[float],
    gap_weight: float,
    keep_accuracy_of: Tensor | None = None,
) -> tuple[float, float, float]:
    """Fit three numbers so that confidence is accuracy in every group.

    A temperature that is a smooth function of the log count (intercept,
    slope), and the share of the prior that is taken out. They minimize the
    weighted negative log-likelihood plus ``gap_weight`` times the squared
    difference of mean confidence and accuracy in each group, the groups
    weighed by their number of classes.

    A temperature keeps the predicted classes, and the objective smooth; the
    strength does not, so it is searched.

    Args:
        logits: (N, C) float64, of samples that whatever made them has not
            seen.
        labels: (N,) int64.
        weights: (N,) with sum 1.
        counts: (C,) training images > 0.
        groups: G masks (C,) bool.
        strengths: Candidates >= 0.
        gap_weight: On the squared gaps, >= 0.
        keep_accuracy_of: (N, C) logits whose weighted accuracy a strength
            above 0 has to keep; None lets it cost what it will.

    Returns:
        ``intercept``, ``slope`` and ``strength`` of
        :func:`shot_matched_logits`.

    Raises:
        NoMinimumError: If all samples can be right at once.

    Examples:
        >>> z = torch.tensor([[2.0, 0.0], [0.0, 2.0], [1.0, 0.0], [0.0, 1.0]])
        >>> z, labels = z.double(), torch.tensor([0, 1, 1, 0])
        >>> weights = torch.ones(4).double() / 4
        >>> counts = torch.tensor([100, 10])
        >>> groups = [counts >= 100, counts < 100]
        >>> fitted = fit_shot_matching(
        ...     z, labels, weights, counts, groups, (0.0, 1.0), 1.0
        ... )
        >>> fitted[2]  # the strength
        0.0

    Source:
        Ours.
    """
    scale = standardized(counts.double().log())
    share = torch.stack([group.double().mean() for group in groups])
    share = share[[bool(g[labels].any()) for g in groups]]

    def gaps(z: Tensor) -> Tensor:
        gap = group_gaps(z, labels, weights, groups)
        return gap_weight * (share * gap.square()).sum()

    def accuracy(z: Tensor) -> float:
        return (weights @ (z.argmax(1) == labels).double()).item()

    least = 0.0 if keep_accuracy_of is None else accuracy(keep_accuracy_of)
    best: tuple[tuple[bool, float], float, Tensor] | None = None
    theta = None
    for strength in strengths:
        z = logit_adjustment(logits, counts, strength, centered=True)
        # the strengths that cost no accuracy come first
        costs = strength > 0 and accuracy(z) < least
        if costs and best is not None and not best[0][0]:
            continue
        theta = fit_by_likelihood(
            lambda z, theta: _matched(z, scale, theta),
            torch.zeros(2),
            z,
            labels,
            weights,
            extra=gaps,
            begin=theta,  # that of a strength beside this one is near
        )
        out = _matched(z, scale, theta)
        refuse_separated(out, labels)
        nll = F.cross_entropy(out, labels, reduction='none')
        value = (weights @ nll + gaps(out)).item()
        rank = costs, value
        if best is None or rank < best[0]:
            best = rank, strength, theta
    if best is None:
        raise ValueError(
            'Expected `strengths` to hold candidates, but got none. Pass '
            '(0.0,) to keep the prior.'
        )
    _, strength, theta = best
    return theta[0].item(), theta[1].item(), strength
