"""Rows of the ledger that are seeds of one run, and their mean."""

import statistics
from collections.abc import Sequence

from .ledger import Row

__all__ = ['groups_of', 'mean_and_spread', 'values_of']

# overlays that take training images away: no number of the whole set
NOT_WHOLE = {'held-out', 'tuning'}


def groups_of(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """Protocol and variant to the last row of each seed."""
    found: dict[tuple[str, str], dict[int, Row]] = {}
    for row in rows:
        if not NOT_WHOLE.intersection(row.overlays):
            seeds = found.setdefault((row.protocol, row.name), {})
            seeds[row.seed] = row
    return {key: list(seeds.values()) for key, seeds in found.items()}


def mean_and_spread(values: Sequence[float]) -> str:
    """Mean of some seeds, with their standard deviation where there are two.

    The standard deviation is that of a sample, with n - 1.
    """
    if not values:
        return '-'
    mean = statistics.fmean(values)
    if len(values) == 1:
        return f'{mean:.2f}'
    return f'{mean:.2f} ± {statistics.stdev(values):.2f}'


def values_of(rows: Sequence[Row], metric: str) -> list[float]:
    """A metric of some rows, where it was measured."""
    found = (row.metrics.get(metric) for row in rows)
    return [value for value in found if value is not None]
