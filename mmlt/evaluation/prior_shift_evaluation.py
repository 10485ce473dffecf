"""Test-agnostic evaluation: one set of predictions, many class priors."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmlt.functional import (
    estimate_prior,
    long_tailed_prior,
    shift_prior,
    top_calibration_error,
    weights_for_prior,
)

__all__ = [
    'subset_rows',
    'test_distributions',
    'weighted_numbers',
    'weighted_row',
]

__test__ = False  # the name is the field's, nothing here is a test


def test_distributions(
    class_counts: Tensor, ratios: Sequence[float]
) -> dict[str, Tensor]:
    """Named class priors, from forward by way of uniform to backward.

    Args:
        class_counts: (C,) training images per class.
        ratios: Most over least frequent class, each >= 1.

    Returns:
        {'forward-50': (C,), ..., 'uniform': ..., 'backward-50': ...}.
    """
    ratios = sorted(ratios, reverse=True)
    forward = {
        f'forward-{ratio:g}': long_tailed_prior(class_counts, ratio)
        for ratio in ratios
    }
    backward = {
        f'backward-{ratio:g}': long_tailed_prior(
            class_counts, ratio, 'backward'
        )
        for ratio in reversed(ratios)
    }
    uniform = long_tailed_prior(class_counts, 1, 'uniform')
    return {**forward, 'uniform': uniform, **backward}


def weighted_numbers(
    log_probs: Tensor, labels: Tensor, weights: Tensor
) -> dict[str, float]:
    """Accuracy, ECE (percent) and NLL (nats) of weighted samples.

    Args:
        log_probs: (N, C).
        labels: (N,) int64.
        weights: (N,) with sum 1.
    """
    confidence, predicted = log_probs.exp().max(1)
    correct = predicted == labels
    nll = F.nll_loss(log_probs, labels, reduction='none')
    error = top_calibration_error(confidence, correct, weights=weights)
    return {
        'acc': 100 * (weights @ correct.double()).item(),
        'ECE': 100 * error.item(),
        'NLL': (weights @ nll).item(),
    }


def subset_rows(labels: Tensor, prior: Tensor, seed: int) -> Tensor:
    """Rows of one subset of a test set with given class frequencies.

    The most frequent class keeps all its images, another
    floor(n prior / max prior), at least one, drawn without replacement:
    the construction of LADE and SADE, with a seed.

    Args:
        labels: (N,) int64.
        prior: (C,).
        seed: Of the selection.

    Returns:
        Row numbers, ascending.
    """
    generator = torch.Generator().manual_seed(seed)
    share = prior / prior.max()
    rows = []
    for c in range(len(prior)):
        of_class = (labels == c).nonzero().flatten()
        wanted = max(int(len(of_class) * share[c] + 1e-9), 1)
        order = torch.randperm(len(of_class), generator=generator)
        rows.append(of_class[order[:wanted]])
    return torch.cat(rows).sort().values


def weighted_row(
    logits: Tensor,
    labels: Tensor,
    source: Tensor,
    prior: Tensor,
    subset_seed: int | None = None,
) -> dict[str, float]:
    """What three users of the same predictions get on one test set.

    Args:
        logits: (N, C).
        labels: (N,) int64, of a test set with any class frequencies.
        source: (C,) prior that the probabilities hold.
        prior: (C,) of the test set asked about.
        subset_seed: Draw a subset instead of weighting all samples.

    Returns:
        'acc', 'ECE' and 'NLL' as the network says; with ' known', after
        :func:`~mmlt.functional.shift_prior` to the true prior; with '
        estimated', to the one that :func:`~mmlt.functional.estimate_prior`
        finds; 'prior error', half the summed difference of the two, in
        percent.
    """
    if subset_seed is not None:
        rows = subset_rows(labels, prior, subset_seed)
        logits, labels = logits[rows], labels[rows]
        weights = torch.full((len(rows),), 1 / len(rows)).double()
    else:
        weights = weights_for_prior(labels, prior)
    log_probs = logits.double().log_softmax(1)
    found = estimate_prior(log_probs, source, weights)
    row = {}
    for suffix, shifted in (
        ('', log_probs),
        (' known', shift_prior(log_probs, source, prior)),
        (' estimated', shift_prior(log_probs, source, found)),
    ):
        numbers = weighted_numbers(shifted, labels, weights)
        row |= {name + suffix: value for name, value in numbers.items()}
    row['prior error'] = 50 * (found - prior).abs().sum().item()
    return row
