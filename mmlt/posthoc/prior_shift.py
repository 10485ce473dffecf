"""A classifier on test sets of other class frequencies, in one table."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor

from mmlt.evaluation.prior_shift_evaluation import prior_shift_row
from mmlt.functional import long_tailed_priors
from mmlt.structures import Predictions

from .calibrators import check_counts

PRIORS = ('train', 'uniform')
UNITS = {'acc': '%', 'ECE': '%', 'NLL': 'nats', 'prior error': '%'}
PRIOR_ERROR = (
    'half the summed difference of the estimated and the true shares of the '
    'classes: 0 is right, 100 has no class in common'
)


def prior_in_probabilities(
    predictions: Predictions, name: str | None = None
) -> tuple[Tensor, str]:
    """(C,) class prior that the probabilities of a network hold.

    Args:
        predictions: Of the network.
        name: 'train' or 'uniform'; None: what the dump says.

    Returns:
        The prior, up to a factor, and its name.

    Raises:
        ValueError: If the dump does not know it and nobody said, or a class
            has no training image.
    """
    name = name or predictions.meta.get('model_prior')
    if name not in PRIORS:
        raise ValueError(
            'Expected to know which class prior the probabilities hold, but '
            'the dump does not say. Name it: --model-prior train (plain '
            'cross-entropy) or --model-prior uniform (balanced softmax, '
            'logit adjustment).'
        )
    counts = predictions.class_counts.double()
    if name == 'train':
        return check_counts(counts), name
    return torch.ones_like(counts), name


def prior_shift_rows(
    predictions: Predictions,
    source: Tensor,
    ratios: Sequence[float],
    subset_seed: int | None = None,
    progress: Callable[[Iterable], Iterable] = iter,
) -> list[dict]:
    """A row for every test distribution, forward, uniform and backward.

    Args:
        predictions: On the test set.
        source: (C,) prior that the probabilities hold.
        ratios: Most over least frequent class, each >= 1.
        subset_seed: Draw a subset instead of weighting all samples.
        progress: Wraps the distributions, to show how far it is.

    Returns:
        'test set' and what
        :func:`~mmlt.evaluation.prior_shift_evaluation.prior_shift_row`
        says.
    """
    settings = long_tailed_priors(predictions.class_counts, ratios)
    return [
        {'test set': label}
        | prior_shift_row(
            predictions.logits, predictions.labels, source, prior, subset_seed
        )
        for label, prior in progress(settings.items())
    ]


def with_units(rows: Sequence[dict]) -> list[dict]:
    """Rows of :func:`prior_shift_rows` with a unit in every heading."""
    return [
        {
            next(
                (
                    f'{name} ({unit})'
                    for begin, unit in UNITS.items()
                    if name.startswith(begin)
                ),
                name,
            ): value
            for name, value in row.items()
        }
        for row in rows
    ]
