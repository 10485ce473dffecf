"""Test-agnostic evaluation: one set of predictions, many class priors."""

import torch
from torch import Tensor

from mmlt.functional import (
    estimate_prior,
    percent,
    rows_for_prior,
    shift_prior,
    total_variation,
    weighted_numbers,
    weights_for_prior,
)

__all__ = ['prior_shift_row']


def prior_shift_row(
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
        prior: (C,) of the test set asked about. A class without a sample
            cannot occur in it: it gets 0, and the others keep their ratios.
        subset_seed: Draw a subset instead of weighting all samples.

    Returns:
        'acc', 'ECE' (percent) and 'NLL' (nats) as the network says; with '
        known', after :func:`~mmlt.functional.shift_prior` to the true prior;
        with ' estimated', to the one that
        :func:`~mmlt.functional.estimate_prior` finds; 'prior error', the
        :func:`~mmlt.functional.total_variation` of the two, in percent.
    """
    present = torch.bincount(labels, minlength=len(prior)) > 0
    prior = prior.double() * present
    prior = prior / prior.sum()
    if subset_seed is not None:
        rows = rows_for_prior(labels, prior, subset_seed)
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
        row['acc' + suffix] = percent(numbers['accuracy'])
        row['ECE' + suffix] = percent(numbers['ece'])
        row['NLL' + suffix] = numbers['nll']
    row['prior error'] = percent(total_variation(found, prior).item())
    return row
