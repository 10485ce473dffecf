"""The queue trains what is missing, records it once, and survives a kill.

A short program stands for the training: it leaves a folder as a run does.
"""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from mmlt.reproduce import queue, tasks
from mmlt.reproduce.ledger import Row, add_row, read_ledger
from mmlt.reproduce.plan import Job
from mmlt.reproduce.queue import QueueSettings, run_queue
from mmlt.reproduce.tasks import Task, claimed, standing_of

# trains three epochs; one more than the checkpoint says, as a resumed run
TRAINING = """
import pathlib, sys, time
folder, pause, code = pathlib.Path(sys.argv[1]), *map(float, sys.argv[2:])
note = folder / 'last_checkpoint'
done = int(note.read_text()[6:7]) if note.exists() else 0
for epoch in range(done + 1, 4):
    time.sleep(pause)
    (folder / f'epoch_{epoch}.pth').write_text('')
    draft = folder / 'draft'
    draft.write_text(f'epoch_{epoch}.pth')
    draft.replace(note)
    print('epoch', epoch, flush=True)
print('the last line')
sys.exit(int(code))
"""


def row_of(task):
    return Row(
        recipe=task.job.recipe,
        overlays=[],
        seed=task.job.seed,
        epochs=3,
        metrics={'top1': 50.0},
        config_hash=task.config_hash,
        code_hash=task.code_hash,
        minutes=1.0,
    )


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Tasks whose training takes three times 20 ms; their settings."""
    made = [
        Task(Job('a/b', seed), f'c{seed}', 'code', 3, tmp_path / 'runs')
        for seed in range(4)
    ]
    by_folder = {str(task.folder): task for task in made}
    monkeypatch.setattr(queue, 'check_traceable', lambda: None)
    monkeypatch.setattr(queue, 'PAUSE', 0.01)
    monkeypatch.setattr(
        queue, 'make_row', lambda path, **_: row_of(by_folder[str(path)])
    )
    programs = {}

    def command(task, settings):
        pause, code = programs.get(task.job.seed, (0.02, 0))
        return [sys.executable, '-c', TRAINING, str(task.folder)] + [
            str(pause),
            str(code),
        ]

    monkeypatch.setattr(queue, 'command_of', command)
    settings = QueueSettings(tmp_path / 'ledger.jsonl', jobs=2, nice=0)
    return made, settings, programs


def silent(line):
    """Say nothing."""


def seeds(settings):
    return [row.seed for row in read_ledger(settings.ledger)]


def test_every_run_is_made_and_recorded_once(plan):
    made, settings, _ = plan
    said, done = [], []
    rows = run_queue(made, settings, said.append, done.append)
    assert {task.job.seed for task in done} == {0, 1, 2, 3}
    assert (
        sorted(seeds(settings))
        == [0, 1, 2, 3]
        == sorted(row.seed for row in rows)
    )
    assert sum('begins' in line for line in said) == 4
    assert run_queue(made, settings, silent) == []
    assert len(seeds(settings)) == 4


def test_failed_run_is_named_and_tried_again_on_demand(plan):
    made, settings, programs = plan
    programs[1] = 0.0, 3
    said = []
    run_queue(made[:2], settings, said.append)
    assert seeds(settings) == [0]
    standing = standing_of(made[1], read_ledger(settings.ledger))
    assert standing.state == 'failed'
    assert standing.reason == 'exit code 3: the last line'
    assert any('a/b@1 failed, exit code 3' in line for line in said)
    run_queue(made[:2], settings, silent)
    assert seeds(settings) == [0]
    programs[1] = 0.0, 0
    run_queue(made[:2], replace(settings, again=True), silent)
    assert seeds(settings) == [0, 1]


def test_run_of_other_code_is_stale_and_repeated_on_demand(plan):
    made, settings, _ = plan
    add_row(settings.ledger, replace(row_of(made[0]), code_hash='before'))
    assert standing_of(made[0], read_ledger(settings.ledger)).state == 'stale'
    run_queue(made[:1], settings, silent)
    assert len(seeds(settings)) == 1
    run_queue(made[:1], replace(settings, stale=True), silent)
    assert len(seeds(settings)) == 2
    assert standing_of(made[0], read_ledger(settings.ledger)).state == 'done'


class Clock:
    """Half an hour has passed as soon as a file is there.

    Args:
        file: Its path.
    """

    sleep = staticmethod(time.sleep)

    def __init__(self, file):
        self.file = file

    def monotonic(self):
        return time.monotonic() + 1800 * self.file.exists()


def test_time_limit_stops_a_run_that_the_next_call_resumes(plan, monkeypatch):
    made, settings, programs = plan
    programs[0] = 0.4, 0
    said = []
    with monkeypatch.context() as patch:
        clock = Clock(made[0].folder / 'last_checkpoint')
        patch.setattr(queue, 'time', clock)
        limit = replace(settings, hours=0.4)
        assert run_queue(made[:1], limit, said.append) == []
    assert 'a/b@0 is stopped; the next call goes on' in said
    assert standing_of(made[0], []).state == 'begun'
    programs[0] = 0.0, 0
    run_queue(made[:1], settings, said.append)
    assert any('a/b@0 goes on' in line for line in said)
    output = (made[0].folder / queue.OUTPUT).read_text()
    assert output.splitlines().count('epoch 1') == 1


def test_run_that_another_queue_holds_is_left_alone(plan, monkeypatch):
    made, settings, _ = plan
    monkeypatch.setattr(queue, 'GRACE', 0.05)
    said = []
    with claimed(made[0].folder) as lock:
        assert lock is not None
        assert standing_of(made[0], []).state == 'running'
        run_queue(made[:2], settings, said.append)
    assert seeds(settings) == [1]
    assert standing_of(made[0], []).state == 'waiting'
    assert said[-1] == 'a/b@0 is left to another queue'


def test_run_whose_queue_was_killed_goes_on_as_soon_as_it_has_saved(plan):
    made, settings, _ = plan
    # holds the folder for a while, as a training that saves itself
    (made[0].folder).mkdir(parents=True)
    code = (
        'import fcntl, sys, time; file = open(sys.argv[1], "a"); '
        'fcntl.flock(file, fcntl.LOCK_EX); print("held", flush=True); '
        'time.sleep(0.3)'
    )
    lock = str(made[0].folder / tasks.LOCK)
    with subprocess.Popen(
        [sys.executable, '-c', code, lock], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b'held\n'
        run_queue(made[:1], settings, silent)
    assert seeds(settings) == [0]


def in_a_group(*args):
    """The queue with its trainings, apart from this process."""
    os.setsid()
    run_queue(*args)


@pytest.mark.parametrize('kill', [os.kill, os.killpg])
def test_ten_kills_lose_no_finished_run_and_repeat_none(plan, kill):
    """Of the queue alone, and of the queue with its trainings."""
    made, settings, _ = plan
    context = multiprocessing.get_context('fork')
    moments = random.Random(0)
    for _ in range(10):
        process = context.Process(
            target=in_a_group, args=(made, settings, silent)
        )
        process.start()
        time.sleep(moments.uniform(0.05, 0.25))
        kill(process.pid, signal.SIGKILL)
        process.join()
        # a training ends with its queue, so that nobody holds its folder
        deadline = time.monotonic() + 10
        while any(tasks.is_running(task.folder) for task in made):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert len(set(seeds(settings))) == len(seeds(settings))
    run_queue(made, settings, silent)
    assert sorted(seeds(settings)) == [0, 1, 2, 3]
    for task in made:
        lines = (task.folder / queue.OUTPUT).read_text().splitlines()
        # what was saved is not trained again
        assert all(lines.count(f'epoch {n}') <= 1 for n in (1, 2, 3))


def test_row_of_another_code_is_refused(plan, monkeypatch):
    made, settings, _ = plan
    monkeypatch.setattr(
        queue,
        'make_row',
        lambda path, **_: replace(row_of(made[0]), code_hash='other'),
    )
    with pytest.raises(ValueError, match='Was the code changed'):
        run_queue(made[:1], settings, silent)
    assert seeds(settings) == []


def test_run_that_cannot_be_recorded_does_not_stop_the_others(
    plan, monkeypatch
):
    made, settings, _ = plan
    by_folder = {str(task.folder): task for task in made}

    def make_row(path, **_):
        if path == made[0].folder:
            raise ValueError('its accuracy is nan')
        return row_of(by_folder[str(path)])

    monkeypatch.setattr(queue, 'make_row', make_row)
    run_queue(made[:3], settings, silent)
    assert sorted(seeds(settings)) == [1, 2]
    standing = standing_of(made[0], read_ledger(settings.ledger))
    assert standing.state == 'failed'
    assert standing.reason == 'not recorded: its accuracy is nan'


def test_settings_of_the_machine_are_those_of_both_stages(tmp_path):
    key = 'train_dataloader.dataset.data_root'
    options = {key: '/data/cifar100'}
    job = Job('crt/resnet32_cifar100lt', 1)
    task = tasks.tasks_of([job], tmp_path, options)[0]
    words = queue.command_of(task, QueueSettings(tmp_path, options=options))
    assert words[-2:] == [
        f'{key}=/data/cifar100',
        f'first_stage.{key}=/data/cifar100',
    ]
    moved = tasks.configs_of(job, tasks.of_all_stages(task, options))
    for stage in moved:
        assert stage.train_dataloader.dataset.data_root == '/data/cifar100'
    with pytest.raises(ValueError, match='change no number'):
        tasks.tasks_of([job], tmp_path, {'optim_wrapper.optimizer.lr': 1.0})


def test_command_names_what_the_plan_says(tmp_path):
    job = Job('ce/a', 7, ('fcc', 'ratio50'), {'model.neck.1.gamma': 0.3})
    task = Task(job, 'c', 'd', 3, tmp_path)
    settings = QueueSettings(tmp_path / 'l', options={'x.data_root': '/data'})
    assert queue.command_of(task, settings)[1:] == [
        '-m', 'mmlt', 'train', 'ce/a',
        '--seed', '7', '--work-dir', str(task.folder), '--resume',
        '--with', 'fcc', 'ratio50',
        '--cfg-options', 'model.neck.1.gamma=0.3', 'x.data_root=/data',
    ]  # fmt: skip


def test_changes_that_are_not_committed_are_refused(monkeypatch):
    monkeypatch.setattr(queue, 'code_version', lambda root: ('abc', True))
    with pytest.raises(ValueError, match='not committed'):
        queue.check_traceable()
    monkeypatch.setattr(queue, 'code_version', lambda root: (None, None))
    with pytest.raises(ValueError, match='no commit'):
        queue.check_traceable()
    monkeypatch.setattr(queue, 'code_version', lambda root: ('abc', False))
    queue.check_traceable()
