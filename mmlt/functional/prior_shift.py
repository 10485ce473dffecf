"""Test sets with other class frequencies than those of training."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .calibration import top_calibration_error
from .checks import check_choice, check_real
from .label_indices import class_indices

__all__ = [
    'estimate_prior',
    'long_tailed_prior',
    'long_tailed_priors',
    'rows_for_prior',
    'shift_prior',
    'total_variation',
    'weighted_numbers',
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

    Examples:
        >>> counts = torch.tensor([100, 10, 1])
        >>> long_tailed_prior(counts, ratio=4.0)
        tensor([0.5714, 0.2857, 0.1429], dtype=torch.float64)
        >>> long_tailed_prior(counts, ratio=4.0, direction='backward')
        tensor([0.1429, 0.2857, 0.5714], dtype=torch.float64)

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


def long_tailed_priors(
    counts: Tensor, ratios: Sequence[float]
) -> dict[str, Tensor]:
    """Named class priors, from forward by way of uniform to backward.

    Args:
        counts: (C,) training images per class.
        ratios: Most over least frequent class, each >= 1.

    Returns:
        {'forward-50': (C,), ..., 'uniform': ..., 'backward-50': ...}, as
        :func:`long_tailed_prior`: the most long-tailed ones outside.

    Examples:
        >>> counts = torch.tensor([100, 10, 1])
        >>> list(long_tailed_priors(counts, ratios=[2, 50]))
        ['forward-50', 'forward-2', 'uniform', 'backward-2', 'backward-50']

    Source:
        As :func:`long_tailed_prior`.
    """
    ratios = sorted(ratios, reverse=True)
    forward = {
        f'forward-{ratio:g}': long_tailed_prior(counts, ratio)
        for ratio in ratios
    }
    backward = {
        f'backward-{ratio:g}': long_tailed_prior(counts, ratio, 'backward')
        for ratio in reversed(ratios)
    }
    uniform = long_tailed_prior(counts, 1, 'uniform')
    return {**forward, 'uniform': uniform, **backward}


def rows_for_prior(labels: Tensor, prior: Tensor, seed: int) -> Tensor:
    """Rows of one subset of a test set with given class frequencies.

    The most frequent class keeps all its images, another
    floor(n prior / max prior), at least one, drawn without replacement.

    Args:
        labels: (N,) int64.
        prior: (C,).
        seed: Of the selection.

    Returns:
        Row numbers, ascending.

    Examples:
        >>> labels = torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
        >>> rows = rows_for_prior(labels, torch.tensor([0.8, 0.2]), seed=0)
        >>> labels[rows]
        tensor([0, 0, 0, 0, 1])

    Source:
        The construction of Hong et al. (LADE), CVPR 2021,
        https://arxiv.org/abs/2012.00321, and Zhang et al. (SADE), NeurIPS
        2022, https://arxiv.org/abs/2107.09249, with a seed.
    """
    generator = torch.Generator().manual_seed(seed)
    share = prior / prior.max()
    rows = []
    for c in range(len(prior)):
        of_class = (labels == c).nonzero().flatten()
        # 1e-9: a whole number stays one, whatever its last binary digit
        wanted = max(int(len(of_class) * share[c] + 1e-9), 1)
        order = torch.randperm(len(of_class), generator=generator)
        rows.append(of_class[order[:wanted]])
    return torch.cat(rows).sort().values


def weighted_numbers(
    log_probs: Tensor, labels: Tensor, weights: Tensor
) -> dict[str, float]:
    """Accuracy, calibration error and log-likelihood of weighted samples.

    Convention: probability 0 of the label counts as the smallest normal
    number of the dtype, as in the other metrics: 708 nats in float64.

    Args:
        log_probs: (N, C) floating point.
        labels: (N,) int64.
        weights: (N,) floating point, with sum 1.

    Returns:
        'accuracy' and 'ece' (:func:`top_calibration_error`), shares; 'nll',
        the mean negative log-likelihood in nats.

    Examples:
        >>> log_probs = torch.tensor([[0.9, 0.1], [0.6, 0.4]]).double().log()
        >>> labels, weights = torch.tensor([0, 1]), torch.tensor([0.75, 0.25])
        >>> numbers = weighted_numbers(log_probs, labels, weights.double())
        >>> {name: round(value, 4) for name, value in numbers.items()}
        {'accuracy': 0.75, 'ece': 0.225, 'nll': 0.3081}

    Source:
        Textbook: weighted means. scikit-learn's ``accuracy_score`` and
        ``log_loss`` with ``sample_weight`` are the same.
    """
    weights = weights.double()
    confidence, predicted = log_probs.exp().max(1)
    correct = predicted == labels
    least = math.log(torch.finfo(log_probs.dtype).tiny)
    nll = F.nll_loss(log_probs.clamp(min=least), labels, reduction='none')
    error = top_calibration_error(confidence, correct, weights=weights)
    return {
        'accuracy': (weights @ correct.double()).item(),
        'ece': error.item(),
        'nll': (weights @ nll.double()).item(),
    }


def total_variation(first: Tensor, second: Tensor) -> Tensor:
    """How far two distributions are apart: half the summed difference.

    Args:
        first: (C,) with sum 1.
        second: (C,) with sum 1.

    Returns:
        Scalar in [0, 1]: 0 for equal ones, 1 for those without a class in
        common.

    Examples:
        >>> total_variation(torch.tensor([0.7, 0.3]), torch.tensor([0.5, 0.5]))
        tensor(0.2000)

    Source:
        Textbook: the total variation distance.
    """
    return (first - second).abs().sum() / 2


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

    Examples:
        >>> prior = torch.tensor([0.5, 0.5])
        >>> weights_for_prior(torch.tensor([0, 0, 1]), prior)
        tensor([0.2500, 0.2500, 0.5000], dtype=torch.float64)

    Source:
        Textbook: importance weights, target over observed frequency.
    """
    prior = prior.double()
    count = torch.bincount(labels, minlength=len(prior))
    weights = (prior / count.clamp(min=1))[class_indices(labels)]
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

    Examples:
        >>> log_probs = torch.tensor([[0.9, 0.1]]).log()
        >>> source, target = torch.tensor([0.9, 0.1]), torch.tensor([0.5, 0.5])
        >>> shift_prior(log_probs, source, target).exp()
        tensor([[0.5000, 0.5000]])

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
    """Class prior of unlabeled samples, by expectation maximization.

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

    Examples:
        >>> probs = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]])
        >>> estimate_prior(probs.log(), torch.tensor([0.5, 0.5]))
        tensor([0.8472, 0.1528], dtype=torch.float64)

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
