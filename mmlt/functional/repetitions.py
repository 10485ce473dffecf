"""Numbers of several runs that differ by the seed alone."""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ['mean_over_seeds', 'seed_difference']


def _values(name: str, values: Sequence[float] | Tensor) -> Tensor:
    values = torch.as_tensor(values, dtype=torch.float64)
    if values.dim() != 1 or not len(values):
        raise ValueError(
            f'Expected `{name}` to be the values of at least one run, (S,), '
            f'but got shape {tuple(values.shape)}. Pass one number per run.'
        )
    return values


def mean_over_seeds(values: Sequence[float] | Tensor) -> tuple[float, float]:
    """Mean and standard deviation over the seeds.

    Convention: the deviation divides by S - 1, so that its square is not
    too small for a few seeds; it is nan for a single one.

    Args:
        values: (S,), S >= 1.

    Returns:
        Mean and standard deviation.

    Raises:
        ValueError: If there is no value.

    Examples:
        >>> mean_over_seeds([70.0, 71.0, 72.0])
        (71.0, 1.0)

    Source:
        Textbook: sample mean and standard deviation.
    """
    values = _values('values', values)
    if len(values) == 1:
        return values.item(), float('nan')
    return values.mean().item(), values.std(correction=1).item()


def seed_difference(
    first: Sequence[float] | Tensor, second: Sequence[float] | Tensor
) -> tuple[float, float]:
    """How much more the second recipe has than the first, and how surely.

    Convention: the standard error is Welch's, sqrt(s1^2/S1 + s2^2/S2), of
    runs that do not belong together in pairs: two recipes with one seed draw
    other images from their second batch on.

    Args:
        first: (S1,), values of the runs of one recipe.
        second: (S2,), of the other.

    Returns:
        Difference of the means, second minus first, and its standard error,
        nan where either has a single run.

    Raises:
        ValueError: If one has no value.

    Examples:
        >>> difference, error = seed_difference([70.0, 72.0], [74.0, 76.0])
        >>> difference, round(error, 6)
        (4.0, 1.414214)

    Source:
        Welch, Biometrika 34, 1947, https://doi.org/10.1093/biomet/34.1-2.28
    """
    first, second = _values('first', first), _values('second', second)
    difference = (second.mean() - first.mean()).item()
    if min(len(first), len(second)) == 1:
        return difference, float('nan')
    squares = [v.var(correction=1) / len(v) for v in (first, second)]
    error = sum(squares, torch.zeros_like(squares[0])).sqrt()
    return difference, error.item()
