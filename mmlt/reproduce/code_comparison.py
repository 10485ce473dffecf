"""Whether newer code trains as that of an older commit did, bit for bit.

A row of the ledger names the hash of the code that made it, and a change of
that code makes it stale, though most changes change no number. A comparison
trains the recipe for a few short epochs with the code of the row and with
this; where every weight and every metric is equal, the row counts as done.
"""

import copy
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from mmlt.checkpoints import read_checkpoint
from mmlt.functional.schedule import epoch_of
from mmlt.runs.folder import last_checkpoint, read_work_dir
from mmlt.runs.preflight import is_ours
from mmlt.runs.schedules import scale_schedule

from .comparisons import Comparison
from .hashes import config_hash
from .ledger import Row
from .rows import last_evaluation, processor
from .tasks import Task, configs_of, length_of, of_all_stages

__all__ = ['compare_code']

# enough for every phase of a schedule: a share of 0.8 is one epoch of these
EPOCHS = 5
# of each epoch: where code differs, so do its first steps
BATCHES = 8
# a training that takes no more of them; evaluations are of all images
TRAIN = f"""
import itertools, runpy, sys
from torch.utils.data import BatchSampler
every_batch = BatchSampler.__iter__
def few_batches(self):
    # an infinite one is cut by the number of iterations
    whole = getattr(self.sampler, 'shuffle', True) is False or (
        'Infinite' in type(self.sampler).__name__
    )
    return itertools.islice(every_batch(self), None if whole else {BATCHES})
BatchSampler.__iter__ = few_batches
program = sys.argv.pop(1)
sys.argv[0] = program
runpy.run_path(program, run_name='__main__')
"""
# the config of a recipe, written with the code of the checkout it runs in
DUMP = """
import sys
from mmengine.config import Config
import mmlt
recipe, out, *overlays = sys.argv[1:]
if overlays:
    from mmlt.runs.recipes import load_recipe
    cfg = load_recipe(recipe, overlays)
else:
    cfg = Config.fromfile(f'configs/{recipe}.py')
cfg.dump(out)
"""
# every number that a row would have, with the code of a checkout
NUMBERS = """
import json, pathlib, sys
from mmengine.utils import import_modules_from_strings
from mmlt.reproduce.rows import last_evaluation, metrics_of
from mmlt.runs.folder import read_work_dir
path = pathlib.Path(sys.argv[1])
import_modules_from_strings(**read_work_dir(path).config.custom_imports)
print(json.dumps(metrics_of(path, last_evaluation(path)[0])))
"""


def compare_code(
    tasks: Sequence[Task],
    rows: Sequence[Row],
    root: Path,
    options: Mapping[str, Any] | None = None,
) -> Comparison:
    """Train one recipe shortly with the code of its rows, and with this.

    Args:
        tasks: Runs of one variant, which differ by their seeds.
        rows: The row of each, all made by one commit.
        root: The git checkout of mmlt.
        options: Settings of this machine, such as where the data lies.

    Returns:
        What was compared, and is equal.

    Raises:
        ValueError: If something differs, or cannot be compared.
    """
    task, commit = tasks[0], rows[0].commit
    if any(row.changed or row.commit != commit for row in rows):
        raise ValueError(
            f'Expected the rows of {task.job.variant} to be made by the '
            f'commit {commit} as it is, but one was made by another, or with '
            'changes that are not committed. `run --stale` trains it again.'
        )
    stages = configs_of(task.job)
    words = short_schedule(task, options or {})
    with (
        tempfile.TemporaryDirectory(prefix='mmlt_compare_') as folder,
        checked_out(root, commit, Path(folder)) as older,
    ):
        settings = {
            row.digest: checked_settings(other, row, older, Path(folder))
            for other, row in zip(tasks, rows, strict=True)
        }
        made = []
        for name, code in (('before', older), ('now', root)):
            work_dir = Path(folder, name)
            train(task, code, work_dir, words)
            made.append(result_of(work_dir, code))
    (weights, metrics), (weights_now, metrics_now) = made
    differs = [
        *unequal_tensors(weights, weights_now),
        *(
            f'{key} ({metrics[key]} before, {metrics_now[key]} now)'
            for key in sorted(metrics.keys() & metrics_now.keys())
            if metrics[key] != metrics_now[key]
        ),
    ]
    if differs:
        raise ValueError(
            f'Expected {task.job.variant} to train as at {commit}, but '
            f'{len(differs)} results differ, the first is {differs[0]}. Its '
            'rows stay stale; `run --stale` trains them again.'
        )
    return Comparison(
        name=task.job.variant,
        commit=commit,
        code_hash=task.code_hash,
        rows=settings,
        epochs=min(EPOCHS, length_of(stages[0])[1]),
        batches=BATCHES,
        weights=sum(tensor.numel() for tensor in weights.values()),
        metrics=sorted(metrics.keys() & metrics_now.keys()),
        device=processor(),
    )


@contextmanager
def checked_out(root: Path, commit: str, folder: Path) -> Iterator[Path]:
    """The files of another commit, in a folder that is removed in the end.

    Raises:
        ValueError: If the commit is not in the history here.
    """
    path = folder / 'code'
    add = ['git', '-C', str(root), 'worktree', 'add', '--detach']
    done = subprocess.run(
        [*add, str(path), commit], capture_output=True, text=True
    )
    if done.returncode:
        raise ValueError(
            f'Expected the commit {commit} in the history of {root}, but git '
            f'says: {done.stderr.strip()}. Fetch the whole history.'
        )
    try:
        yield path
    finally:
        subprocess.run(
            ['git', '-C', str(root), 'worktree', 'remove', '--force', path],
            capture_output=True,
            check=True,
        )


def checked_settings(task: Task, row: Row, older: Path, folder: Path) -> str:
    """Hash of the settings of a row, which are those of the plan.

    A row of the first days has no such hash: it is made of the recipe as it
    stands in its commit.

    Raises:
        ValueError: If the plan wants other settings.
    """
    found = row.config_hash
    if found is None:
        out = folder / 'config.py'
        run_python(older, '-c', DUMP, row.recipe, str(out), *row.overlays)
        cfg = Config.fromfile(out)
        cfg.setdefault('randomness', {})['seed'] = row.seed
        found = config_hash(cfg)
    if found != task.config_hash:
        raise ValueError(
            f'Expected {task.job.name} to have the settings of its row, '
            f'{found}, but the plan has {task.config_hash}. `run --stale` '
            'trains it again.'
        )
    return found


def short_schedule(task: Task, options: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that cut the schedule of a run down to a few epochs."""
    cfg, first = configs_of(task.job)
    found = _cut(cfg)
    if first is not None:
        found |= {f'first_stage.{k}': v for k, v in _cut(first).items()}
    return {**task.job.options, **of_all_stages(task, options), **found}


def _cut(cfg: Config) -> dict[str, Any]:
    """What a schedule of :data:`EPOCHS` epochs changes in a config.

    Of one that counts iterations, as many as they have; the learning rates
    are then those of the first iterations.
    """
    kind, length = length_of(cfg)
    if kind == 'iteration':
        number = min(EPOCHS * BATCHES, length)
        return {
            'train_cfg.max_iters': number,
            'train_cfg.val_interval': number,
        }
    before, after = dict(_flat(cfg.to_dict())), copy.deepcopy(cfg)
    epochs = max(EPOCHS, cfg.train_cfg.max_epochs)
    # the numbers of the last epoch are compared
    scale_schedule(after, EPOCHS / epochs, warmup=1, val_interval=EPOCHS)
    found = dict(_flat(after.to_dict()))
    for key, value in found.items():
        # older code may have the epoch where this has a share of them
        if key.endswith('.begin') and isinstance(value, float):
            found[key] = epoch_of(value, EPOCHS)
    return {k: v for k, v in found.items() if before.get(k) != v}


def _flat(value: Any, key: str = '') -> Iterator[tuple[str, Any]]:
    """Keys with dots, to what is neither a dict nor a list of them."""
    if isinstance(value, Mapping):
        parts = list(value.items())
    elif isinstance(value, list) and any(isinstance(v, dict) for v in value):
        parts = list(enumerate(value))
    else:
        yield key.removeprefix('.'), value
        return
    for name, part in parts:
        yield from _flat(part, f'{key}.{name}')


def train(
    task: Task, code: Path, work_dir: Path, options: Mapping[str, Any]
) -> None:
    """Train a run with the code of a checkout, a few batches an epoch."""
    job = task.job
    # a file, and not -c: from here, where the data may be named from
    program = work_dir.with_name(f'train_{work_dir.name}.py')
    program.write_text(TRAIN, 'utf-8')
    words = [str(program)]
    words += [f'{code}/tools/train.py', f'{code}/configs/{job.recipe}.py']
    words += ['--seed', str(job.seed), '--work-dir', str(work_dir)]
    if job.overlays:
        words += ['--with', *job.overlays]
    words += [
        '--cfg-options',
        *(f'{k}={_text(v)}' for k, v in options.items()),
    ]
    run_python(code, *words)


def _text(value: Any) -> str:
    """A value as it is written after ``--cfg-options KEY=``."""
    return str(value).replace(' ', '')


def run_python(code: Path, *words: str) -> str:
    """What a Python program prints that imports mmlt from a checkout.

    Raises:
        ValueError: If it fails.
    """
    where = Path.cwd() if words[0] != '-c' else code
    done = subprocess.run(
        [sys.executable, *words],
        cwd=where,
        env={**os.environ, 'PYTHONPATH': str(code)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ['nothing'])[-1]
        raise ValueError(
            f'Expected the code in {code} to run, but it ends with exit code '
            f'{done.returncode}: {last}. Train by hand in a checkout of that '
            'commit to see more.'
        )
    return done.stdout


def result_of(work_dir: Path, code: Path) -> tuple[dict, dict]:
    """Weights of the last checkpoint of a run, and its metrics."""
    checkpoint = read_checkpoint(last_checkpoint(work_dir))
    of_images = is_ours(read_work_dir(work_dir).config)
    entry, _ = last_evaluation(work_dir, of_images)
    # the others are times, and the epoch; a group without a class has nan
    metrics = {k: v for k, v in entry.items() if '/' in k and v == v}
    if of_images and (code / 'mmlt' / 'reproduce' / 'rows.py').is_file():
        program = work_dir.with_suffix('.py')  # and not -c, as above
        program.write_text(NUMBERS, 'utf-8')
        text = run_python(code, str(program), str(work_dir))
        metrics |= json.loads(text.splitlines()[-1])
    return checkpoint['state_dict'], metrics


def unequal_tensors(before: dict, now: dict) -> list[str]:
    """Names of the tensors that differ in a bit, or are in one alone."""
    return [
        name
        for name in sorted(before.keys() | now.keys())
        if name not in before
        or name not in now
        or not torch.equal(before[name], now[name])
    ]
