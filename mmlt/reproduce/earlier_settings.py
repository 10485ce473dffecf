"""Rows whose recipe has changed since they were trained."""

from collections import defaultdict
from pathlib import Path

from .comparisons import known_rows
from .hashes import config_hash
from .ledger import Row
from .plan import Job
from .tasks import configs_of, set_seed

__all__ = ['rows_of_earlier_settings']


def rows_of_earlier_settings(ledger: str | Path) -> frozenset[str]:
    """Digests of the rows that their recipe would not make again.

    Args:
        ledger: The file of rows; what comparisons found is read beside it.

    Returns:
        Digests of rows with other settings than those that recipe, overlays,
        options and seed give today, or of a recipe or a setting that is
        gone. A row that does not say its settings is not among them.
    """
    known: dict[str, set[str | None]] = defaultdict(set)
    variants: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in known_rows(ledger):
        known[row.digest].add(row.config_hash)
        variants[row.protocol, row.name][row.digest] = row
    found: set[str] = set()
    for rows in variants.values():
        stated = [r for r in rows.values() if None not in known[r.digest]]
        if not stated:
            continue
        first = stated[0]
        job = Job(
            recipe=first.recipe,
            seed=first.seed,
            overlays=tuple(first.overlays),
            options=first.options,
            protocol=first.protocol,
        )
        try:
            stages = configs_of(job)
        except (OSError, ValueError):  # no such recipe, no such setting
            found.update(row.digest for row in stated)
            continue
        for row in stated:
            set_seed(row.seed, *stages)
            if config_hash(*stages) not in known[row.digest]:
                found.add(row.digest)
    return frozenset(found)
