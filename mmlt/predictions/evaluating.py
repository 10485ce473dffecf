"""Everything that a report says of predictions, from arrays in memory."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from mmlt.evaluation import prediction_numbers
from mmlt.structures import Predictions

from .given import predictions_of_arrays

__all__ = ['evaluate', 'numbers_of']


def evaluate(
    scores: Tensor | np.ndarray | Sequence,
    labels: Tensor | np.ndarray | Sequence,
    counts: Sequence[int] | Mapping[str, int] | Tensor,
    kind: str = 'probabilities',
    class_names: Sequence[str] | None = None,
    num_bins: int = 15,
    many: int = 100,
    few: int = 20,
) -> dict:
    """Accuracy and calibration of predictions, by shot and by class.

    Args:
        scores: (N, C) of any framework.
        labels: (N,) numbers from 0, or names of ``class_names``.
        counts: (C,) training images per class, or class to count.
        kind: 'probabilities' or 'logits'. Nothing is guessed, but one that
            looks like the other is refused.
        class_names: C names; None: numbers.
        num_bins: Bins of the calibration errors and diagrams.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.

    Returns:
        Plain numbers and lists, the same as in the JSON of a report:
        ``num_samples``; ``numbers``, name to percent ('nll' is in nats,
        'brier' in [0, 2]; None where a group has no sample); ``classes``, a
        table of C rows, so ``pandas.DataFrame(result['classes'])``;
        ``correlations``, ``reliability`` and ``confusion`` as
        :func:`~mmlt.evaluation.prediction_numbers`.

    Raises:
        ValueError: If something is not as above, or does not fit together.

    >>> result = evaluate([[0.9, 0.1], [0.6, 0.4]], [0, 1], [500, 5])
    >>> result['numbers']['top1'], result['numbers']['few']
    (50.0, 0.0)
    """
    predictions = predictions_of_arrays(
        scores, labels, counts, kind, class_names
    )
    return numbers_of(predictions, num_bins, many, few)


def numbers_of(
    predictions: Predictions,
    num_bins: int = 15,
    many: int = 100,
    few: int = 20,
) -> dict:
    """What :func:`evaluate` returns, of checked predictions."""
    found = prediction_numbers(predictions, num_bins, many, few)
    size = len(predictions.class_counts)
    names = predictions.class_names or [str(c) for c in range(size)]
    found['classes'] = {'class': names, **found['classes']}
    # which need more than predictions
    return {
        name: value
        for name, value in found.items()
        if name not in ('overlap_matrix', 'misclassified_area')
    }
