"""The numbers of a run, and those that need every prediction at once."""

import torch
from torch import Tensor

from mmlt.functional import (
    balanced_error,
    one_vs_rest_auroc,
    percent,
    shot_groups,
)
from mmlt.structures import Predictions

from .run_numbers import plain, run_numbers

__all__ = ['auroc_numbers', 'prediction_numbers']

# names of `auroc_numbers`
AUROC = ('auroc', 'auroc_many', 'auroc_medium', 'auroc_few')


def prediction_numbers(
    predictions: Predictions,
    num_bins: int = 15,
    many: int = 100,
    few: int = 20,
) -> dict:
    """Those of :func:`run_numbers`, with AUROC and balanced error.

    Args:
        predictions: As :func:`run_numbers`, and the other arguments too.
        num_bins: Bins of the calibration errors and diagrams.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.

    Returns:
        The dict of :func:`run_numbers`. Its ``numbers`` have
        'balanced_error', 'auroc' and, for the classes of each shot group,
        'auroc_many', ... too, and its ``classes`` 'auroc': of each class
        against all others. All are percent, or None.
    """
    found = run_numbers(predictions, num_bins, many, few)
    probs = predictions.probabilities
    areas = one_vs_rest_auroc(
        predictions.logits if probs is None else probs,
        predictions.labels,
        'logits' if probs is None else 'probabilities',
    )
    counts = predictions.class_counts
    shares = [
        torch.nan if recall is None else recall / 100
        for recall in found['classes']['recall']
    ]
    error = balanced_error(torch.tensor(shares, dtype=torch.float64))
    found['numbers'] |= plain(
        {
            'balanced_error': percent(error),
            **auroc_numbers(areas, counts, many, few),
        }
    )
    found['classes']['auroc'] = plain(percent(areas))
    return found


def auroc_numbers(
    areas: Tensor, counts: Tensor | None, many: int = 100, few: int = 20
) -> dict[str, float]:
    """Macro AUROC of all classes and of each shot group.

    Args:
        areas: (C,) of :func:`~mmlt.functional.one_vs_rest_auroc`.
        counts: (C,) training images per class; None: no group has a class.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.

    Returns:
        The names of ``AUROC`` to percent; nan where no class of the group
        has a pair.
    """
    numbers = dict.fromkeys(AUROC, torch.nan)
    numbers['auroc'] = percent(areas.nanmean()).item()
    if counts is not None:
        for name, group in shot_groups(counts, many, few).items():
            area = areas[group.to(areas.device)].nanmean()
            numbers[f'auroc_{name}'] = percent(area).item()
    return numbers
