"""What a training does with the folder that it finds, on the digits."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmlt.runs.lock import WorkDirLock, check_is_free
from tests.test_bad_inputs.in_process import run
from tests.test_runs.test_processes import runs, wait_until

CE = 'ce/resnet20_digitslt'
OPTIONS = [
    *('--cfg-options', 'train_dataloader.dataset.indices=256'),
    *('val_dataloader.dataset.indices=50', 'param_scheduler.0.end=1'),
    'param_scheduler.1.milestones=[1]',
]


@pytest.fixture
def train(monkeypatch, tmp_path):
    """Call ``mmlt train`` for so many epochs; returns what it wrote."""
    # these take longer than the training
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)
    monkeypatch.setattr(
        'yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, True)
    )

    def call(folder, epochs, *options, how=(), code=0):
        words = ['train', CE, '--work-dir', tmp_path / folder, *how]
        words += [*OPTIONS, f'train_cfg.max_epochs={epochs}', *options]
        done = run(words, tmp_path)
        assert done.code == code, done.output + done.errors
        assert 'Traceback' not in done.output + done.errors
        return done.output if code == 0 else done.errors.splitlines()[-1]

    return call


def test_a_second_training_writes_over_nothing(train, tmp_path):
    train('run', 1)
    folder = tmp_path / 'run'
    before = (folder / 'epoch_1.pth').read_bytes()
    for how in ([], ['--seed', '3']):
        said = train('run', 2, how=how, code=1)
        assert said.startswith(f'error: Expected {folder} to hold no checkpo')
        assert (folder / 'epoch_1.pth').read_bytes() == before
    train('run', 1, how=['--restart', '--seed', '3'])
    (kept,) = folder.glob('earlier/*/epoch_1.pth')
    assert kept.read_bytes() == before
    assert (folder / 'epoch_1.pth').read_bytes() != before
    (part,) = json.loads((folder / 'run.json').read_text())
    assert part['arguments'][:2] == ['--seed', '3']


def test_a_checkpoint_that_is_moved_aside_can_be_begun_with(train, tmp_path):
    train('run', 1)
    start = tmp_path / 'run' / 'epoch_1.pth'
    log = train('run', 1, f'load_from={start}', how=['--restart'])
    assert f'{tmp_path}/run/earlier/' in log
    assert 'Load checkpoint from' in log


def test_a_checkpoint_of_elsewhere_is_not_resumed_over_others(train, tmp_path):
    train('one', 1)
    train('two', 1)
    how = ['--resume', tmp_path / 'one' / 'epoch_1.pth']
    assert 'two to hold no checkpoint' in train('two', 2, how=how, code=1)
    log = train('three', 2, how=how)
    assert 'resumed epoch: 1' in log


def test_a_moved_folder_is_resumed(train, tmp_path):
    train('run', 1)
    (tmp_path / 'run').rename(tmp_path / 'moved')
    log = train('moved', 2, how=['--resume'])
    assert 'resumed epoch: 1' in log
    assert not (tmp_path / 'run').exists()


def test_a_finished_training_has_nothing_left_to_do(train, tmp_path):
    train('run', 1)
    folder = tmp_path / 'run'
    before = sorted(path.name for path in folder.iterdir())
    for how in (['--resume'], ['--resume', folder / 'epoch_1.pth']):
        (line,) = train('run', 1, how=how).splitlines()
        assert line.startswith('The training is already finished (epoch 1 of')
        assert 'nothing to do. To train longer, raise train_cfg.max' in line
        assert line.endswith(f'ce/resnet20_digitslt.py {folder}/epoch_1.pth')
    assert sorted(path.name for path in folder.iterdir()) == before


def test_the_config_can_ask_to_go_on(train, tmp_path):
    train('run', 1)
    assert 'resumed epoch: 1' in train('run', 2, 'resume=True')


def test_settings_that_are_in_the_checkpoint_are_named(train):
    train('run', 1)
    changed = [
        *('optim_wrapper.optimizer.lr=0.5', 'param_scheduler.0.end=2'),
    ]
    for epochs in (2, 3):  # the second time, too
        log = train('run', epochs, *changed, how=['--resume'])
        assert (
            'Not read: optim_wrapper.optimizer.lr=0.5 (saved: 0.05), '
            'param_scheduler.0.end=2 (saved: 1).'
        ) in log
    log = train('run', 4, how=['--resume'])
    assert 'Not read' not in log
    assert '`train_cfg.max_epochs` is 4 and was 3: the schedule' in log


@pytest.mark.parametrize(
    ('option', 'said'),
    [
        (
            'optim_wrapper.optimizer.type=Adagrad',
            "`optim_wrapper.optimizer.type` to be 'SGD', with which",
        ),
        (
            'optim_wrapper.paramwise_cfg.norm_decay_mult=0',
            "but got {'norm_decay_mult': 0}: the state of an optimizer fits",
        ),
    ],
)
def test_the_state_of_another_optimizer_is_refused(train, option, said):
    train('run', 1)
    remove = ['optim_wrapper.optimizer.type=SGD']
    assert said in train('run', 2, *remove, option, how=['--resume'], code=1)


def test_load_from_is_not_left_out_without_a_word(train, tmp_path):
    train('start', 1)
    start = tmp_path / 'start' / 'epoch_1.pth'
    # nothing to go on from: begins as the config says
    log = train('run', 1, f'load_from={start}', how=['--resume'])
    assert f'Load checkpoint from {start}' in log
    log = train('run', 2, f'load_from={start}', how=['--resume'])
    assert 'resumed epoch: 1' in log
    assert f'goes on from {tmp_path}/run/epoch_1.pth. `load_from` (' in log


def test_no_epochs_are_no_training(train, tmp_path):
    said = train('run', 0, code=1)
    assert said.startswith('error: Expected `train_cfg.max_epochs` to be at')
    assert not (tmp_path / 'run').exists()
    train('start', 1)
    start = tmp_path / 'start' / 'epoch_1.pth'
    assert 'Result test' in train('run', 0, f'load_from={start}')


def test_one_training_at_a_time(train, tmp_path):
    (tmp_path / 'run').mkdir()
    with WorkDirLock([tmp_path / 'run']):
        for how in ([], ['--resume'], ['--restart']):
            said = train('run', 1, how=how, code=1)
            assert 'another training is running there' in said
    assert [path.name for path in (tmp_path / 'run').iterdir()] == [
        '.training.lock'
    ]
    train('run', 1)


def test_a_test_needs_no_lock(train, tmp_path):
    train('run', 1)
    with WorkDirLock([tmp_path / 'run']):
        done = run(
            [
                *('test', CE, tmp_path / 'run' / 'epoch_1.pth'),
                *('--work-dir', tmp_path / 'run'),
            ],
            tmp_path,
        )
    assert done.code == 0, done.errors


def test_a_full_disk_leaves_what_is_whole(train, tmp_path, monkeypatch):
    """Files of more than a megabyte have no room."""
    resource = pytest.importorskip('resource')
    train('run', 1)
    before = (tmp_path / 'run' / 'epoch_1.pth').read_bytes()
    _, most = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, most))
    try:
        said = train('run', 2, how=['--resume'], code=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert said.startswith(f'error: Expected room on the disk of {tmp_path}')
    assert 'make room, and go on with: mmlt train ce/resnet20_digi' in said
    folder = tmp_path / 'run'
    assert {path.name for path in folder.glob('*.pth')} == {'epoch_1.pth'}
    assert not list(folder.glob('.draft*'))
    assert (folder / 'epoch_1.pth').read_bytes() == before
    assert 'resumed epoch: 1' in train('run', 2, how=['--resume'])


class Process:
    """``mmlt train`` with two workers, as a process group of its own."""

    def __init__(self, folder, *how):
        root = Path(__file__).parents[2]
        words = ['train', CE, '--work-dir', str(folder / 'run'), *how]
        words += [*OPTIONS, 'train_cfg.max_epochs=200']
        words += ['train_dataloader.num_workers=2']
        words += ['default_hooks.logger.interval=1']
        self.log = folder / f'{time.time()}.log'
        with self.log.open('w') as log:
            self.process = subprocess.Popen(
                [sys.executable, '-m', 'mmlt', *words],
                env={**os.environ, 'PYTHONPATH': str(root)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.time() + 200
        while self.log.read_text().count('Epoch(train)') < 6:
            assert self.process.poll() is None, self.log.read_text()
            assert time.time() < deadline
            time.sleep(0.05)
        pid = self.process.pid
        children = Path(f'/proc/{pid}/task/{pid}/children').read_text()
        self.workers = [int(word) for word in children.split()]


@pytest.mark.skipif(sys.platform != 'linux', reason='Linux alone can do it')
def test_workers_are_stopped_and_killed_with_their_training(tmp_path):
    # as Slurm does: the workers, too, and before their training
    training = Process(tmp_path)
    assert len(training.workers) == 2
    for pid in (*training.workers, training.process.pid):
        os.kill(pid, signal.SIGTERM)
    assert training.process.wait(timeout=60) == 143
    lines = training.log.read_text().splitlines()
    assert lines[-1].startswith(f'Go on with: mmlt train {CE} --work-dir')
    assert 'Stopped by SIGTERM after ' in lines[-2]
    assert 'Traceback' not in training.log.read_text()
    (stopped,) = (tmp_path / 'run').glob('stopped_*.pth')

    training = Process(tmp_path, '--resume')
    assert f'Load checkpoint from {stopped}' in training.log.read_text()
    os.kill(training.process.pid, signal.SIGKILL)
    training.process.wait()
    # at once: torch's own watch takes five seconds
    wait_until(lambda: not any(map(runs, training.workers)), seconds=3)
    check_is_free(tmp_path / 'run')
    assert len(json.loads((tmp_path / 'run' / 'run.json').read_text())) == 2


def test_to_go_on_and_to_begin_anew_is_a_wrong_call(train):
    said = train('run', 1, how=['--resume', '--restart'], code=2)
    assert '--resume goes on and --restart begins anew' in said
