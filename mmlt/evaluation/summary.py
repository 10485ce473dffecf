"""From predictions to named numbers and arrays, for metrics and reports.

    from mmlt.evaluation import summarize

    summary = summarize(
        scores,               # (N, C) probabilities, or logits: say which
        labels,               # (N,) int64
        class_counts=counts,  # (C,) training images per class, or None
        kind='logits',        # 'probabilities' (default) or 'logits'
        num_bins=15, topk=(1, 3), many=100, few=20, confusion=True,
    )
    summary['numbers']['ece_few']              # percent (nll, brier: as is)
    summary['per_class']['recall']             # (C,) fractions, nan if none
    summary['reliability']['few']              # dict of edges (B + 1,),
                                               # count, confidence, accuracy
    summary['confusion']                       # (C, C) true by predicted

What else there is: :func:`mmlt.functional.classification_summary`, whose dict
this is with the numbers in percent. For predictions that stream by, fill a
``mmlt.functional.ClassificationState`` and pass it to :func:`in_percent` after
``classification_summary(state)``.
"""

from collections.abc import Sequence

from torch import Tensor

from mmlt.functional import (
    ClassificationState,
    classification_summary,
    percent,
)

__all__ = ['in_percent', 'summarize']

# not shares: nats, and squared distance in [0, 2]
UNSCALED = ('nll', 'brier')


def summarize(
    scores: Tensor,
    labels: Tensor,
    class_counts: Sequence[int] | Tensor | None = None,
    kind: str = 'probabilities',
    **settings,
) -> dict:
    """Every number and array of a set of predictions.

    Args:
        scores: (N, C) floating point.
        labels: (N,) int64.
        class_counts: (C,) training images per class; without, the values of
            shot groups are nan.
        kind: 'probabilities' or 'logits'.
        **settings: ``num_bins``, ``topk``, ``many``, ``few``, ``confusion``
            of :class:`~mmlt.functional.ClassificationState`.

    Returns:
        The dict of :func:`~mmlt.functional.classification_summary`, its
        ``numbers`` in percent, 'nll' (nats) and 'brier' ([0, 2]) apart.

    Raises:
        ValueError: If the predictions or a setting are not as above.
    """
    if scores.dim() != 2:
        raise ValueError(
            f'Expected scores (N, C), but got {tuple(scores.shape)}. '
            'Pass one row of scores per sample.'
        )
    state = ClassificationState(
        scores.shape[1],
        class_counts=class_counts,
        device=scores.device,
        **settings,
    )
    state.update(scores, labels, kind)
    return in_percent(classification_summary(state))


def in_percent(summary: dict) -> dict:
    """The same summary, its ``numbers`` in percent where they are shares."""
    numbers = {
        name: value if name.startswith(UNSCALED) else percent(value)
        for name, value in summary['numbers'].items()
    }
    return {**summary, 'numbers': numbers}
