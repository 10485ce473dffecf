"""Rows of the ledger that are seeds of one run, and their mean."""

import statistics
from collections.abc import Collection, Sequence

from .ledger import Row

__all__ = [
    'EARLIER',
    'groups_of',
    'marked',
    'mean_and_spread',
    'values_of',
]

# behind the name of a run whose recipe has changed, and what it means
EARLIER = (
    'trained with settings that the recipe has no longer; with those of today '
    'it is not measured yet'
)

# overlays that take training images away: no number of the whole set
NOT_WHOLE = {'held-out', 'tuning'}


def groups_of(
    rows: Sequence[Row], earlier: Collection[str] = ()
) -> dict[tuple[str, str], list[Row]]:
    """Protocol and variant to the last row of each seed.

    Args:
        rows: Of the ledger.
        earlier: Digests of rows whose recipe has changed: they are left out
            where there is one of the recipe as it is, as a mean over both
            would be of neither.
    """
    found: dict[tuple[str, str], dict[int, Row]] = {}
    new = {(r.protocol, r.name) for r in rows if r.digest not in earlier}
    for row in rows:
        key = row.protocol, row.name
        if NOT_WHOLE.intersection(row.overlays):
            continue
        if row.digest not in earlier or key not in new:
            found.setdefault(key, {})[row.seed] = row
    return {key: list(seeds.values()) for key, seeds in found.items()}


def marked(
    name: str, rows: Sequence[Row], earlier: Collection[str] = ()
) -> str:
    """A name with a dagger, if rows are of a recipe that has changed."""
    return f'{name} †' if rows[0].digest in earlier else name


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
