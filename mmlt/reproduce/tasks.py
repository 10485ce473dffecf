"""Where every run of the plan stands: in the ledger, and on the disk."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from mmengine.config import Config
from mmengine.utils import import_modules_from_strings

from mmlt.runs.folder import noted_checkpoint
from mmlt.runs.log import logged
from mmlt.runs.recipes import first_stage_recipe, load_recipe

from .hashes import code_hash, config_hash
from .ledger import Row, fcntl
from .plan import Job

__all__ = [
    'Standing',
    'Task',
    'configs_of',
    'length_of',
    'set_seed',
    'standing_of',
    'tasks_of',
]

LOCK = 'queue.lock'
FAILED = 'failed.txt'
STATES = ('done', 'running', 'begun', 'failed', 'stale', 'waiting')


@dataclass(frozen=True)
class Task:
    """A run of the plan as this code would make it.

    Args:
        job: What the plan says.
        config_hash: Of its settings, with the seed.
        code_hash: Of the code that it would run.
        max_epochs: Of its last stage; iterations in a loop of these.
        root: Folder of all runs of the queue.
        first_stage: Hashes of config and code of the stage before it, as of a
            run of its own; None: there is none.
    """

    job: Job
    config_hash: str
    code_hash: str
    max_epochs: int
    root: Path
    first_stage: tuple[str, str] | None = None

    @property
    def folder(self) -> Path:
        """Work directory: one for each config and code.

        So a run is only ever resumed with the settings and the code that it
        was begun with.
        """
        name = re.sub(r'[^\w+.=@-]', '_', self.job.name.replace('/', '-'))
        return self.root / f'{name}-{self.config_hash}-{self.code_hash}'


def tasks_of(
    jobs: Iterable[Job],
    root: str | Path,
    options: Mapping[str, Any] | None = None,
) -> list[Task]:
    """Runs of the plan with their hashes.

    Args:
        jobs: Of the plan.
        root: Folder of all runs.
        options: Settings of this machine, such as where the data lies.

    Raises:
        FileNotFoundError: If there is no such recipe.
        ValueError: If an overlay does not apply, or ``options`` change a
            number.
    """
    # seeds of one variant share its configs and their code
    first: dict[str, tuple[Config, Config | None, list[str]]] = {}
    found: list[Task] = []
    for job in jobs:
        if job.variant not in first:
            cfg, stage1 = configs_of(job)
            codes = [code_hash(cfg, stage1)]
            codes += [] if stage1 is None else [code_hash(stage1)]
            first[job.variant] = cfg, stage1, codes
        cfg, stage1, codes = first[job.variant]
        set_seed(job.seed, cfg, stage1)
        alone = None if stage1 is None else (config_hash(stage1), codes[1])
        task = Task(
            job=job,
            config_hash=config_hash(cfg, stage1),
            code_hash=codes[0],
            max_epochs=length_of(cfg)[1],
            root=Path(root),
            first_stage=alone,
        )
        if options and all(t.job.variant != job.variant for t in found):
            _check_machine_alone(task, options)
        found.append(task)
    return found


def length_of(cfg: Config) -> tuple[str, int]:
    """What a training counts, 'epoch' or 'iteration', and how many."""
    if cfg.train_cfg.get('max_epochs') is not None:
        return 'epoch', cfg.train_cfg.max_epochs
    return 'iteration', cfg.train_cfg.max_iters


def _check_machine_alone(task: Task, options: Mapping[str, Any]) -> None:
    """See that settings of this machine change no number."""
    moved = configs_of(task.job, of_all_stages(task, options))
    if config_hash(*moved) != task.config_hash:
        raise ValueError(
            'Expected --cfg-options that change no number, such as where '
            f'the data lies, but they change {task.job.variant}. Write them '
            'into the plan (`options`) instead.'
        )


def of_all_stages(task: Task, options: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of this machine, for the first stage too where there is one."""
    first = {f'first_stage.{key}': value for key, value in options.items()}
    return {**options, **(first if task.first_stage else {})}


def configs_of(
    job: Job, options: Mapping[str, Any] | None = None
) -> tuple[Config, Config | None]:
    """Config of a run, and that of its first stage or None, seeds set."""
    cfg = load_recipe(
        job.recipe, job.overlays, {**job.options, **(options or {})}
    )
    import_modules_from_strings(**cfg.custom_imports)
    stages = cfg, first_stage_recipe(cfg)
    set_seed(job.seed, *stages)
    return stages


def set_seed(seed: int, *stages: Config | None) -> None:
    """Set the seed of a config and of that of its first stage, in place."""
    for stage in filter(None, stages):
        stage.setdefault('randomness', {})['seed'] = seed


@dataclass(frozen=True)
class Standing:
    """Where a run stands.

    Args:
        state: 'done', 'running', 'begun' (and not running), 'failed', 'stale'
            (done with other settings or code) or 'waiting'.
        epoch: Last one that was trained; 0: none, or not known.
        left: Time to its end at its present speed; None: not known.
        row: In the ledger, of this run or, where it is stale, the last one.
        reason: Why it failed.
    """

    state: str
    epoch: int = 0
    left: timedelta | None = None
    row: Row | None = None
    reason: str = ''


def standing_of(task: Task, rows: Sequence[Row]) -> Standing:
    """Where a run stands.

    Args:
        task: The run.
        rows: Of the ledger.
    """
    job = task.job
    like = [r for r in rows if (r.name, r.seed) == (job.variant, job.seed)]
    for row in rows:
        if (row.config_hash, row.code_hash) == (
            task.config_hash,
            task.code_hash,
        ):
            return Standing('done', row.epochs, row=row)
    epoch, left = progress_of(task)
    old = like[-1] if like else None
    if is_running(task.folder):
        return Standing('running', epoch, left, old)
    failed = task.folder / FAILED
    if failed.is_file():
        reason = failed.read_text('utf-8').strip()
        return Standing('failed', epoch, row=old, reason=reason)
    if has_begun(task):
        return Standing('begun', epoch, left, old)
    return Standing('stale' if old else 'waiting', row=old)


def has_begun(task: Task) -> bool:
    """Whether a run has saved something to go on from."""
    folders = task.folder, task.folder / 'stage1'
    return any(noted_checkpoint(folder) is not None for folder in folders)


def progress_of(task: Task) -> tuple[int, timedelta | None]:
    """Last epoch in the log of a run, and the time that is left of it."""
    if not task.folder.is_dir():
        return 0, None
    epoch, evaluated, seconds = 0, 0, []
    for entry in logged(task.folder):
        if 'loss' in entry:
            # a loop of iterations logs no epoch: each counts for one
            epoch = entry.get('epoch', entry.get('step', 0))
            steps = entry.get('step', 0) / max(epoch, 1)
            seconds = [*seconds[-20:], entry.get('time', 0) * steps]
        elif 'step' in entry:
            evaluated = entry['step']
    epoch = max(epoch, evaluated)
    if not seconds or not epoch:
        return epoch, None
    rest = max(task.max_epochs - epoch, 0)
    each = sum(seconds) / len(seconds)
    return epoch, timedelta(seconds=round(rest * each))


@contextmanager
def claimed(folder: Path) -> Iterator[IO | None]:
    """Claim the folder of a run, for this process and those it starts.

    The claim is a lock of the operating system: it goes when the last
    process that holds the file has ended, however it ended.

    Yields:
        The open file, to hand on to the process that trains; None where
        another queue has claimed the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open('a') as file:
        yield file if _lock(file) else None


def _lock(file: IO) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_running(folder: Path) -> bool:
    """Whether a process holds the folder of a run."""
    if not (folder / LOCK).is_file():
        return False
    with claimed(folder) as file:
        return file is None
