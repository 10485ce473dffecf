"""Runs without a result: what there is of them, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmlt.runs.folder import config_and_checkpoint, last_checkpoint
from mmlt.runs.log import logs_of, read_curves
from mmlt.runs.record import read_run_record

from .tables import Table

__all__ = ['IncompleteRun', 'incomplete_run', 'incomplete_table']

TITLE = 'Runs without a result'


@dataclass(frozen=True)
class IncompleteRun:
    """A training that left no checkpoint to measure.

    Args:
        path: Its folder.
        config: As it was recorded, or the file in the folder.
        loss: Mean training loss of its last epoch, as far as it came; None
            where none was logged.
        epoch: The last epoch, or None.
        missing: A sentence.
    """

    path: Path
    config: str
    loss: float | None
    epoch: int | None
    missing: str

    def __str__(self) -> str:
        return f'{self.path}: {self.missing}'


def incomplete_run(path: str | Path) -> IncompleteRun | None:
    """What there is of a run that stopped before its first checkpoint.

    Args:
        path: Folder of a training.

    Returns:
        None where there is a checkpoint to measure, or was one.

    Raises:
        FileNotFoundError: If the folder or its config is missing.
        ValueError: If there are several configs, or a file is damaged.
    """
    path = Path(path)
    config, checkpoint = config_and_checkpoint(path, needs_checkpoint=False)
    if checkpoint is not None or last_checkpoint(path) is not None:
        return None
    parts = read_run_record(path)
    epochs, losses = read_curves(path).get('loss', ([], []))
    logs = logs_of(path, '*.log')
    missing = 'It left no checkpoint: it stopped before its first was written.'
    if logs:
        missing += f' The reason is at the end of {logs[-1]}.'
    return IncompleteRun(
        path,
        (parts[-1]['config'] if parts else None) or config.name,
        losses[-1] if losses else None,
        epochs[-1] if epochs else None,
        missing,
    )


def incomplete_table(runs: Sequence[IncompleteRun]) -> Table:
    """One row per run that is not compared.

    Args:
        runs: At least one.
    """
    table = Table(
        'incomplete',
        TITLE,
        'These runs are in no other table and no picture.',
        ['folder', 'config', 'in epoch', 'mean loss', 'what is missing'],
    )
    for run in runs:
        table.rows.append(
            [
                str(run.path),
                run.config,
                '-' if run.epoch is None else str(run.epoch),
                '-' if run.loss is None else f'{run.loss:.4g}',
                run.missing,
            ]
        )
    return table
