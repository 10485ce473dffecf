"""First stages that another run of the queue has trained already."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from mmlt.runs.folder import noted_checkpoint

from .ledger import Row
from .tasks import LOCK, Task, has_begun, is_running

__all__ = ['reuse_first_stage']

# of the run alone, not of a stage
ASIDE = shutil.ignore_patterns(LOCK, 'output.log', 'predictions_*')


def reuse_first_stage(task: Task, rows: Sequence[Row]) -> Path | None:
    """Copy the first stage of a run from one that trained just that.

    Settings, seed and code are those that the run would train its first stage
    with (cross-entropy, for cRT, LWS and tau-norm), so the weights are the
    same to the last bit.

    Args:
        task: A run; nothing happens where it has one stage, or was begun.
        rows: Of the ledger: a run counts as finished where it has one.

    Returns:
        The folder that was copied; None where there is none.
    """
    if task.first_stage is None or has_begun(task):
        return None
    if task.first_stage not in {(r.config_hash, r.code_hash) for r in rows}:
        return None
    for folder in sorted(task.root.glob('*-{}-{}'.format(*task.first_stage))):
        checkpoint = noted_checkpoint(folder)
        if checkpoint is None or not checkpoint.is_file():
            continue
        if is_running(folder):
            continue
        draft = task.folder / 'stage1.part'
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(folder, draft, ignore=ASIDE)
        shutil.rmtree(task.folder / 'stage1', ignore_errors=True)
        draft.replace(task.folder / 'stage1')
        return folder
    return None
