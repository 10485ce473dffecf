"""Run what the plan lacks, several runs side by side, until time is up."""

import contextlib
import ctypes
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import torch

from mmlt.runs.record import checkout, code_version

from .comparisons import known_rows
from .first_stages import reuse_first_stage
from .ledger import Row, add_row
from .rows import make_row
from .tasks import (
    FAILED,
    Task,
    claimed,
    has_begun,
    of_all_stages,
    standing_of,
)

__all__ = ['QueueSettings', 'run_queue']

Say = Callable[[str], None]
Done = Callable[[Task], None]
OUTPUT = 'output.log'
# between two looks at what is running, seconds
PAUSE = 1.0
# how long a training may take to save and end when it is told to, or when its
# queue was killed, seconds
GRACE = 120.0


@dataclass(frozen=True)
class QueueSettings:
    """How the queue runs.

    Args:
        ledger: The file of results.
        jobs: Runs side by side; the cores are divided among them.
        hours: After this, runs are stopped, to be resumed by the next call;
            None: until nothing is left.
        stale: Whether to repeat runs whose row was made by other code.
        again: Whether to try runs again that failed.
        nice: Added to the priority number of the trainings, 0 to 19.
        options: Settings of this machine for every training.
        note: For the rows.
        device: For the rows; None: what the log or the machine says.
    """

    ledger: Path
    jobs: int = 1
    hours: float | None = None
    stale: bool = False
    again: bool = False
    nice: int = 10
    options: Mapping[str, Any] | None = None
    note: str = ''
    device: str | None = None


@dataclass
class Running:
    """A training that has been started."""

    task: Task
    process: subprocess.Popen
    stack: contextlib.ExitStack


def default_jobs() -> int:
    """A run for every GPU; without one, for every core."""
    return torch.cuda.device_count() or len(os.sched_getaffinity(0))


def check_traceable() -> None:
    """Check that a row would say which code made it.

    Raises:
        ValueError: If there is no commit, or files were changed since.
    """
    commit, changed = code_version(checkout())
    if commit is None or changed:
        what = 'changes that are not committed' if commit else 'no commit'
        raise ValueError(
            'Expected a checkout of mmlt at a commit, so that every row can '
            f'be traced, but there are {what} in mmlt, configs or tools. '
            'Commit them, or run the queue in a fresh clone.'
        )


def run_queue(
    tasks: Sequence[Task],
    settings: QueueSettings,
    say: Say = print,
    done: Done | None = None,
) -> list[Row]:
    """Train what is not in the ledger, in order, and record it.

    It may be killed at any moment: a finished run is recorded by the next
    call, one that was begun is resumed by it.

    Args:
        tasks: Runs, in the order in which they are wanted.
        settings: How.
        say: Called with each line of progress.
        done: Called with each run as soon as its row was added.

    Returns:
        The rows that were added.

    Raises:
        ValueError: If the code has changes that are not committed.
    """
    check_traceable()
    end = (
        time.monotonic() + 3600 * settings.hours
        if settings.hours is not None
        else float('inf')
    )
    rows: list[Row] = []
    running: list[Running] = []
    left, idle = list(tasks), time.monotonic()
    try:
        while True:
            for one in [r for r in running if r.process.poll() is not None]:
                running.remove(one)
                rows += finish(one, settings, say, done)
            if time.monotonic() >= end:
                break
            while len(running) < settings.jobs:
                one = start_next(left, settings, len(running), say)
                if one is None:
                    break
                running.append(one)
            if running:
                idle = time.monotonic()
            elif not left:
                break
            elif time.monotonic() > idle + GRACE:
                for task in left:
                    say(f'{task.job.name} is left to another queue')
                break
            time.sleep(PAUSE)
    finally:
        stop(running, say)
        for one in running:
            rows += finish(one, settings, say, done, stopped=True)
    return rows


def start_next(
    left: list[Task], settings: QueueSettings, place: int, say: Say
) -> Running | None:
    """Start the first training that can be, and take it off the list.

    What is done or not wanted is taken off, too. What another process holds
    stays: a training whose queue was killed saves itself and ends soon.
    """
    wanted = {'waiting', 'begun'}
    wanted |= {'stale'} if settings.stale else set()
    wanted |= {'failed'} if settings.again else set()
    rows = known_rows(settings.ledger) if left else []
    for task in list(left):
        state = standing_of(task, rows).state
        if state == 'running':
            continue
        one = None
        if state in wanted:
            one = start(task, settings, place, say, rows)
        if one is not None or state not in wanted:
            left.remove(task)
        if one is not None:
            return one
    return None


def start(
    task: Task,
    settings: QueueSettings,
    place: int,
    say: Say,
    rows: Sequence[Row],
) -> Running | None:
    """Start a training; None where another process holds its folder."""
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(claimed(task.folder))
        if lock is None:
            return None
        (task.folder / FAILED).unlink(missing_ok=True)
        output = stack.enter_context((task.folder / OUTPUT).open('a'))
        source = reuse_first_stage(task, rows)
        if source is not None:
            say(f'{task.job.name} has its first stage from {source}')
        verb = 'goes on' if has_begun(task) else 'begins'
        say(f'{task.job.name} {verb}: {task.folder / OUTPUT}')
        process = launch(task, settings, place, lock, output)
        return Running(task, process, stack.pop_all())


def command_of(task: Task, settings: QueueSettings) -> list[str]:
    """The command that trains a run of the plan."""
    job = task.job
    options = {**job.options, **of_all_stages(task, settings.options or {})}
    words = [sys.executable, '-m', 'mmlt', 'train', job.recipe]
    words += ['--seed', str(job.seed), '--work-dir', str(task.folder)]
    words += ['--resume']
    if job.overlays:
        words += ['--with', *job.overlays]
    if options:
        pairs = [f'{key}={value}' for key, value in options.items()]
        words += ['--cfg-options', *pairs]
    return words


def launch(
    task: Task, settings: QueueSettings, place: int, lock: IO, output: IO
) -> subprocess.Popen:
    """Start the process of a training, with its share of the machine."""
    cores = len(os.sched_getaffinity(0))
    threads = str(max(1, cores // settings.jobs))
    environment = {
        **os.environ,
        'OMP_NUM_THREADS': threads,
        'MKL_NUM_THREADS': threads,
    }
    gpus = torch.cuda.device_count()
    if gpus > 1:
        environment['CUDA_VISIBLE_DEVICES'] = str(place % gpus)
    words = command_of(task, settings)
    output.write(f'$ {shlex.join(words)}\n')
    output.flush()
    return subprocess.Popen(
        words,
        env=environment,
        stdout=output,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        pass_fds=[lock.fileno()],
        preexec_fn=lambda: _settle(settings.nice),
    )


def _settle(nice: int) -> None:
    """In the new process: low priority, and no life without its parent."""
    os.nice(nice)
    if sys.platform == 'linux':
        # PR_SET_PDEATHSIG of prctl(2): a signal when the parent has ended
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def stop(running: Sequence[Running], say: Say) -> None:
    """Tell every training to save and end, and wait for it."""
    for one in running:
        if one.process.poll() is None:
            say(f'{one.task.job.name} is stopped; the next call goes on')
            one.process.terminate()
    for one in running:
        try:
            one.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            one.process.kill()
            one.process.wait()


def finish(
    one: Running,
    settings: QueueSettings,
    say: Say,
    done: Done | None = None,
    stopped: bool = False,
) -> list[Row]:
    """Record a training that has ended, or note why it failed."""
    task, code = one.task, one.process.returncode
    with one.stack:
        if code == 0:
            rows = record(task, settings, say)
            if rows and done is not None:
                done(task)
            return rows
        if not stopped:
            text = (task.folder / OUTPUT).read_text('utf-8', 'replace')
            lines = text.splitlines()
            last = lines[-1] if lines else ''
            note_failure(task, f'exit code {code}: {last}', say)
    return []


def note_failure(task: Task, reason: str, say: Say) -> None:
    """Write down why a run failed, so that it is not tried again and again."""
    (task.folder / FAILED).write_text(reason + '\n', 'utf-8')
    say(f'{task.job.name} failed, {reason}')


def record(task: Task, settings: QueueSettings, say: Say) -> list[Row]:
    """Add the row of a finished training to the ledger.

    A row that cannot be made, such as that of a training which diverged, is
    noted as a failure: the other runs go on.

    Returns:
        The row; empty where the ledger has it, or it failed.

    Raises:
        ValueError: If the code was changed while it ran.
    """
    job = task.job
    try:
        row = make_row(
            task.folder,
            note=settings.note,
            device=settings.device,
            protocol=job.protocol,
            options=dict(job.options),
            recipe=job.recipe,
        )
        made = row.config_hash, row.code_hash
        as_planned = made == (task.config_hash, task.code_hash)
        added = as_planned and add_row(settings.ledger, row)
    except (ValueError, OSError) as error:
        note_failure(task, f'not recorded: {error}', say)
        return []
    if not as_planned:
        raise ValueError(
            f'Expected {task.folder} to hold the run {job.name} '
            f'({task.config_hash}, {task.code_hash}), but it was made with '
            f'({row.config_hash}, {row.code_hash}). Was the code changed '
            'while it ran? Run the queue in a clone of its own.'
        )
    say(f'{job.name} is done: {row.headline} in {row.minutes:.0f} minutes')
    return [row] if added else []
