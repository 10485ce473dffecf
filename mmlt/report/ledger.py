"""What the ledger of this project's results says of a run."""

import csv
from dataclasses import replace
from pathlib import Path

from mmlt.runs.record import checkout

from .record import RunRecord

__all__ = ['from_ledger']


def from_ledger(record: RunRecord, ledger: Path | None = None) -> RunRecord:
    """Commit and device of a run, from its row in ``results/results.csv``.

    A commit that the run recorded itself stays. A row is of this run if
    recipe, seed, epochs and top-1 are the same.

    Args:
        record: Of :func:`~mmlt.report.load_run`.
        ledger: The file; None: that of the checkout, if mmlt is one.

    Returns:
        The record, with what the ledger knows.
    """
    if ledger is None:
        root = checkout()
        ledger = root and root / 'results' / 'results.csv'
    if ledger is None or not ledger.is_file():
        return record
    with ledger.open(newline='') as file:
        for row in csv.DictReader(file):
            if (
                row['config'] == f'configs/{record.recipe}.py'
                and row['seed'] == str(record.seed)
                and row['epochs'] == str(record.epochs)
                and row['top1'] == f'{record.numbers["top1"]:.2f}'
            ):
                return replace(
                    record,
                    commit=record.commit or row['commit'],
                    device=row['device'],
                )
    return record
