"""Test sets with other class frequencies than those of training."""

import torch
from torch import Tensor

from .checks import check_choice, check_real

__all__ = [
    'estimate_prior',
    'long_tailed_prior',
    'shift_prior',
    'weights_for_prior',
]

DIRECTIONS = ('forward', 'uniform', 'backward')


def long_tailed_prior(
    counts: Tensor, ratio: float, direction: str = 'forward'
) -> Tensor:
    """Class frequencies of a long-tailed test set.

    Convention:
        - the class of rank k by training images (most first, ties by index)
          has frequency proportional to ratio^(-k / (C - 1)): 'forward', as
          in training, its own rank; 'backward', the reverse. 'uniform' is
          ratio 1.

    Args:
        counts: (C,) training images per class.
        ratio: Most frequent over least frequent, >= 1.
        direction: 'forward', 'uniform' or 'backward'.

    Returns:
        (C,) float64 with sum 1.

    Raises:
        ValueError: If ``ratio`` or ``direction`` is not as above.

    Source:
        Hong et al. (LADE), CVPR 2021, https://arxiv.org/abs/2012.00321, and
        Zhang et al. (SADE), NeurIPS 2022, https://arxiv.org/abs/2107.09249,
        test-agnostic evaluation. They draw subsets of n_max ratio^(-k/(C-1))
        images; we take the frequencies as weights.
    """
    check_choice('direction', direction, DIRECTIONS)
    hint = "For the tail in front: direction='backward'."
    check_real('ratio', ratio, 1, hint)
    counts = torch.as_tensor(counts)
    size = len(counts)
    rank = torch.empty(size, dtype=torch.float64)
    order = counts.argsort(descending=True, stable=True)
    rank[order] = torch.arange(size, dtype=torch.float64)
    if direction == 'backward':
        rank = size - 1 - rank
    exponent = 0 if direction == 'uniform' else -1 / max(size - 1, 1)
    prior = torch.as_tensor(float(ratio), dtype=torch.float64) ** (
        rank * exponent
    )
    return prior / prior.sum()


def weights_for_prior(labels: Tensor, prior: Tensor) -> Tensor:
    """Weight of each test sample so that the classes have a given frequency.

    A weighted mean is what the mean over a subset drawn with these
    frequencies has on average: no sampling noise, and every image counts.

    Args:
        labels: (N,) int64.
        prior: (C,).

    Returns:
        (N,) float64 with sum 1. A class without a sample drops out, and the
        others keep their ratios.

    Source:
        Textbook: importance weights, target over observed frequency.
    """
    prior = prior.double()
    count = torch.bincount(labels, minlength=len(prior))
    weights = (prior / count.clamp(min=1))[labels]
    return weights / weights.sum()


def shift_prior(log_probs: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """Log probabilities under another class prior.

    Args:
        log_probs: (N, C) log probabilities, or logits, that hold the prior
            ``source``.
        source: (C,) > 0; counts do as well.
        target: (C,) >= 0; a class that cannot occur gets -inf.

    Returns:
        (N, C) log probabilities.

    Source:
        Saerens, Latinne and Decaestecker, Neural Computation 14, 2002,
        https://doi.org/10.1162/089976602753284446, Eq. 2.4.
    """
    shift = target.to(log_probs).log() - source.to(log_probs).log()
    return (log_probs + shift).log_softmax(1)


def estimate_prior(
    log_probs: Tensor,
    source: Tensor,
    weights: Tensor | None = None,
    max_iter: int = 1000,
    tolerance: float = 1e-8,
) -> Tensor:
    """Class prior of unlabelled samples, by expectation maximisation.

    It looks at predictions alone, never at labels. The likelihood is concave
    in the prior, so there is one answer; it is as good as the probabilities
    are calibrated.

    Args:
        log_probs: (N, C) log probabilities, or logits, that hold the prior
            ``source``.
        source: (C,) > 0.
        weights: (N,) with sum 1, all alike for None.
        max_iter: Steps at most.
        tolerance: On the total change of the prior in a step.

    Returns:
        (C,) float64 with sum 1.

    Raises:
        ValueError: If there is no sample.

    Source:
        Saerens, Latinne and Decaestecker, Neural Computation 14, 2002,
        https://doi.org/10.1162/089976602753284446, Eq. 2.8 and 2.9.
    """
    if not len(log_probs):
        raise ValueError(
            'Expected predictions to estimate from, but got none. Is the '
            'test set empty?'
        )
    source = source.double() / source.double().sum()
    probs = log_probs.double().softmax(1)
    if weights is None:
        weights = torch.full_like(probs[:, 0], 1 / len(probs))
    likelihood = probs / source
    prior = source.clone()
    for _ in range(max_iter):
        joint = likelihood * prior
        new = weights @ (joint / joint.sum(1, keepdim=True))
        new = new / new.sum()
        change = (new - prior).abs().sum()
        prior = new
        if change < tolerance:
            break
    return prior
