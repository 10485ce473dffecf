"""What comparisons of code found: rows that newer code would make again.

A line of ``comparisons.jsonl`` says that two short trainings came out equal,
one with the code of a commit that rows of the ledger were made by, one with
newer code (:mod:`.code_comparison`).
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mmlt.fileio import json_text, whole_file

from .ledger import Row, alone_with, read_ledger

__all__ = ['Comparison', 'add_comparison', 'known_rows', 'read_comparisons']

# beside the ledger
FILE = 'comparisons.jsonl'


@dataclass(frozen=True)
class Comparison:
    """Two short trainings that came out equal.

    Args:
        name: Of the recipe with what is changed.
        commit: That made the rows.
        code_hash: Of the code that trains as that commit did.
        rows: Digest of a row to the hash of its settings.
        epochs: That both were trained. Where iterations are counted, epochs
            of as many as `batches` says.
        batches: Of each epoch, at most; None for all, as in the first
            comparisons.
        weights: Numbers that were compared in the checkpoints.
        metrics: Names of the metrics that were compared.
        device: Where, in words.
    """

    name: str
    commit: str
    code_hash: str
    rows: dict[str, str]
    epochs: int
    weights: int
    metrics: list[str]
    device: str
    batches: int | None = None


def read_comparisons(ledger: str | Path) -> list[Comparison]:
    """Those beside a ledger, in the order in which they were made."""
    path = Path(ledger).with_name(FILE)
    if not path.is_file():
        return []
    lines = path.read_text('utf-8').splitlines()
    return [Comparison(**json.loads(line)) for line in lines if line.strip()]


def add_comparison(ledger: str | Path, comparison: Comparison) -> None:
    """Add one to the file beside a ledger."""
    path = Path(ledger).with_name(FILE)
    with alone_with(path):
        lines = [*read_comparisons(ledger), comparison]
        with whole_file(path) as draft:
            texts = (json_text(asdict(line), indent=None) for line in lines)
            draft.write_text('\n'.join(texts) + '\n', 'utf-8')


def known_rows(ledger: str | Path) -> list[Row]:
    """Rows of a ledger, and what they stand for by comparisons.

    Args:
        ledger: The file of rows.

    Returns:
        Every row, and once more, with the hashes of newer code, those that
        a comparison found equal to it.
    """
    rows = read_ledger(ledger)
    by_digest = {row.digest: row for row in rows}
    equal = [
        replace(
            by_digest[digest],
            config_hash=settings,
            code_hash=comparison.code_hash,
        )
        for comparison in read_comparisons(ledger)
        for digest, settings in comparison.rows.items()
        if digest in by_digest
    ]
    return [*rows, *equal]
