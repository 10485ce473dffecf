"""F1 score of each class, from its recall and precision."""

from torch import Tensor

__all__ = ['f1_scores']


def f1_scores(recall: Tensor, precision: Tensor) -> Tensor:
    """Harmonic mean of recall and precision, class by class.

    Convention: a class that has no sample but is predicted, or has one and is
    never predicted, has F1 0; one with neither has nan, as in
    :func:`macro_f1`.

    Args:
        recall: (C,) in [0, 1], nan for a class without a sample.
        precision: (C,) in [0, 1], nan for a class that is never predicted.

    Returns:
        (C,) in [0, 1], or nan.

    Examples:
        >>> f1_scores(torch.tensor([1.0, 0.5]), torch.tensor([0.5, 0.5]))
        tensor([0.6667, 0.5000])

    Source:
        Textbook: van Rijsbergen, Information Retrieval, 1979, chapter 7;
        the mean over the classes is :func:`macro_f1`.
    """
    both = recall.nan_to_num(0) + precision.nan_to_num(0)
    score = 2 * recall.nan_to_num(0) * precision.nan_to_num(0) / both
    score = score.masked_fill(both == 0, 0)
    neither = recall.isnan() & precision.isnan()
    return score.masked_fill(neither, float('nan'))
