"""F1 score of each class, and its mean over the classes."""

import math

from torch import Tensor

__all__ = ['macro_f1']


def macro_f1(hits: Tensor, sizes: Tensor, predicted: Tensor) -> float:
    """Mean over the classes of their F1 score, from the counts of each.

    F1 is the harmonic mean of recall and precision, 2 hits / (sizes +
    predicted). Unlike the mean recall it falls where a rare class is
    predicted for images of others.

    Convention:
        - a class that is never predicted, or that has no sample and is
          predicted, has F1 0 and counts; one with neither does not count, as
          in scikit-learn.

    Args:
        hits: (C,) right predictions of each class, integers.
        sizes: (C,) samples of each class, integers.
        predicted: (C,) how often each class was predicted, integers.

    Returns:
        In [0, 1]; nan where there is no class to count.

    Examples:
        >>> hits, sizes = torch.tensor([2, 1]), torch.tensor([3, 1])
        >>> round(macro_f1(hits, sizes, predicted=torch.tensor([2, 2])), 4)
        0.7333

    Source:
        Opitz and Burst, 2019, https://arxiv.org/abs/1911.03347, Sec. 2, the
        mean of the F1 scores; scikit-learn's ``f1_score(average='macro')``,
        https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html
    """
    both = sizes + predicted
    counted = both > 0
    if not counted.any():
        return math.nan
    return float((2 * hits[counted].double() / both[counted]).mean())
