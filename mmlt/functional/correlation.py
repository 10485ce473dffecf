"""Whether two quantities rise together."""

import torch
from torch import Tensor

from .checks import check_shapes

__all__ = ['spearman_correlation']


def average_ranks(values: Tensor) -> Tensor:
    """Rank of every value, 1 for the smallest; ties share their mean rank.

    Args:
        values: (N,), no nan.

    Returns:
        (N,) float64.
    """
    _, index, count = values.unique(return_inverse=True, return_counts=True)
    last = count.cumsum(0).double()
    return (last - (count - 1).double() / 2)[index]


def spearman_correlation(x: Tensor, y: Tensor) -> Tensor:
    """Spearman's rank correlation, Pearson's correlation of the ranks.

    Convention:
        - ties share their mean rank.
        - pairs with a nan are left out.

    Args:
        x: (N,).
        y: (N,).

    Returns:
        Scalar float64 in [-1, 1]; nan with fewer than two pairs, or where
        one side is constant.

    Raises:
        ValueError: If the shapes are not as above.

    Examples:
        >>> x = torch.tensor([1.0, 2.0, 3.0])
        >>> spearman_correlation(x, x**3)
        tensor(1., dtype=torch.float64)

    Source:
        Spearman, American Journal of Psychology 15, 1904,
        https://doi.org/10.2307/1412159
    """
    check_shapes('Both have one entry per sample.', x=(x, 'N'), y=(y, 'N'))
    kept = ~(x.isnan() | y.isnan())
    a, b = average_ranks(x[kept]), average_ranks(y[kept])
    if len(a) < 2:
        return torch.full((), float('nan'), dtype=torch.float64)
    a, b = a - a.mean(), b - b.mean()
    scale = (a.square().sum() * b.square().sum()).sqrt()
    return ((a * b).sum() / scale).clamp(-1, 1)
