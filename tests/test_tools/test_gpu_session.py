"""One session on a GPU: what is packed, measured, chosen and copied out."""

import argparse
import importlib
import json
import os
import pickle
import shlex
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mmlt.checkpoints import read_checkpoint
from mmlt.datasets.cifar_lt import CIFAR100LT
from mmlt.reproduce.ledger import Row, add_row, read_ledger
from mmlt.reproduce.plan import Job
from mmlt.reproduce.tasks import (
    configs_of,
    has_begun,
    of_all_stages,
    tasks_of,
)

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / 'tools' / 'gpu_session.sh'


@pytest.fixture
def load(monkeypatch):
    """A script of tools/gpu_session as a module, by its name."""
    monkeypatch.syspath_prepend(str(ROOT / 'tools' / 'gpu_session'))
    return importlib.import_module


@pytest.fixture
def cifar100(tmp_path, monkeypatch):
    """A folder with CIFAR-100 of 600 training images, and its md5 sums."""
    folder = tmp_path / 'data' / 'cifar100' / 'cifar-100-python'
    folder.mkdir(parents=True)
    for name, size in (('train', 300), ('test', 100)):
        number = 7 * np.arange(size)[:, None] + np.arange(3072) // 100 + 1
        labels = np.arange(size) % 100
        content = {
            'data': (number % 256).astype(np.uint8),
            'fine_labels': labels.tolist(),
        }
        (folder / name).write_bytes(pickle.dumps(content))
    monkeypatch.setattr(CIFAR100LT, 'load_arrays', without_md5)
    return tmp_path / 'data'


real_arrays = CIFAR100LT.load_arrays


def without_md5(self):
    """The files of the test have no published sums."""
    self.verify_md5 = False
    return real_arrays(self)


def test_images_come_back_bit_for_bit(load, monkeypatch):
    images = load('images')
    monkeypatch.setattr(images, 'STRIP', 4)
    rng = np.random.RandomState(0)
    pixels = rng.randint(0, 256, (12, 32, 32, 3), dtype=np.uint8)
    labels = rng.randint(0, 3, 12)
    rows = rng.permutation(12)[:10]
    arrays = images.packed(pixels, labels, rows)
    assert len(arrays['sizes']) == 3
    found, names = images.unpacked(arrays)
    assert (found[rows] == pixels[rows]).all()
    assert (names == labels).all()
    left_out = np.setdiff1d(np.arange(12), rows)
    assert not found[left_out].any()


def test_one_other_pixel_is_found(load):
    images = load('images')
    pixels = np.zeros((4, 32, 32, 3), np.uint8)
    arrays = images.packed(pixels, np.zeros(4, int), np.arange(4))
    pixels[2, 5, 5, 1] = 1
    other = images.packed(pixels, np.zeros(4, int), np.arange(4))
    with pytest.raises(ValueError, match='SHA-256'):
        images.unpacked(
            arrays | {'strips': other['strips']} | {'sizes': other['sizes']}
        )


def task_of(job, root, options=None):
    """A run of the plan."""
    return tasks_of([job], root, options)[0]


def of_cifar(ratio):
    key = 'train_dataloader.dataset.imbalance_ratio'
    return task_of(
        Job('ce/resnet32_cifar100lt', 1, options={key: ratio}), 'runs'
    )


def test_the_runs_of_a_plan_find_their_images(
    load, cifar100, tmp_path, monkeypatch
):
    pack, unpack = load('pack'), load('unpack')
    folder, top = tmp_path / 'images', tmp_path / 'machine'
    folder.mkdir()
    top.mkdir()
    pack.write_images([of_cifar(3), of_cifar(2)], cifar100, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        'CIFAR100LT-test.npz',
        'CIFAR100LT-train.npz',
    ]
    for path in folder.iterdir():
        with np.load(path, allow_pickle=False) as arrays:
            unpack.write_files(dict(arrays), top)
    monkeypatch.chdir(top)
    unpack.check_images([of_cifar(3), of_cifar(2)])
    ours, theirs = (
        CIFAR100LT(str(at), imbalance_ratio=2, verify_md5=False)
        for at in ('data/cifar100', cifar100 / 'cifar100')
    )
    assert torch.equal(ours.images, theirs.images)
    assert torch.equal(ours.labels, theirs.labels)
    with pytest.raises(ValueError, match='Pack it for this run'):
        unpack.check_images([of_cifar(1)])


def test_packages_that_are_lacking_are_those_of_openmmlab(load):
    found = load('pack').lacking()
    assert {'onedl-mmengine', 'onedl-mmcv', 'onedl-mmpretrain'} <= set(found)
    assert not {'torch', 'numpy', 'mmlt', 'scipy'} & set(found)


NO, DEFAULT = 'no', 'default'


@pytest.mark.parametrize(
    ('speeds', 'chosen', 'seconds'),
    [
        # a training of 1,000 images is to be finished in 15 s
        ({(1, NO): 100, (2, NO): 150, (4, NO): 200}, (2, NO), 13.3),
        ({(1, NO): 100, (1, DEFAULT): 120, (2, NO): 90}, (1, DEFAULT), 8.3),
        # none is: the one whose trainings end first
        ({(1, NO): 50, (2, NO): 60}, (1, NO), 20),
        # one way failed
        ({(1, NO): None, (2, NO): 600}, (2, NO), 3.3),
    ],
)
def test_the_best_way_trains_the_most_images_in_time(
    load, speeds, chosen, seconds
):
    ways = [
        {'jobs': jobs, 'compile': mode}
        | (
            {'error': 'a training ended'}
            if speed is None
            else {'images_per_second': {'median': speed}}
        )
        for (jobs, mode), speed in speeds.items()
    ]
    best = load('measure').best_way(ways, 15, 1000)
    assert (best['jobs'], best['compile']) == chosen
    assert best['seconds'] == seconds


def test_without_a_measurement_one_training_runs(load):
    best_way = load('measure').best_way
    assert best_way([], 15) == {'jobs': 1, 'compile': 'no'}


def test_bars_say_that_nothing_was_measured(load):
    bars = load('measure').bars
    assert set(bars({'gpu': None}).values()) == {'not measured: no GPU'}
    measured = {
        'gpu': 'a GPU',
        'training_speed': {'ours_over_stock': {'median': 12.3}},
        'queue_jobs': {
            'ways': [
                {'jobs': 1, 'images_per_second': {'median': 21694.0}},
                {'jobs': 2, 'images_per_second': {'median': 50000.0}},
                {'jobs': 1, 'error': 'a training ended'},
            ]
        },
    }
    assert bars(measured) == {
        'ours / mmpretrain': '12.3; hoped for: at least 10',
        '200 epochs': '100.0; hoped for: at most 120 s',
    }
    assert 'not measured' in bars({'gpu': 'a GPU'})['200 epochs']


def test_a_step_that_takes_too_long_ends_with_all_it_started(load, tmp_path):
    measure = load('measure')
    mark = tmp_path / 'mark'
    code = (
        'import subprocess, sys; '
        'subprocess.run([sys.executable, "-c", "import time, pathlib; '
        f"time.sleep(3); pathlib.Path('{mark}').touch()\"])"
    )
    step = measure.Step('slow', f'-c {json.dumps(code)}', 1, False)
    log = tmp_path / 'log'
    found = measure.run(step, 60, log)
    assert found['error'] == 'stopped: it took too long'
    with subprocess.Popen(['sleep', '2.5']) as wait:
        wait.wait()
    assert not mark.exists()
    bad = measure.Step('bad', '-c "raise SystemExit(3)"', 60, False)
    assert measure.run(bad, 60, log)['error'] == 'exit code 3, see log'


def test_a_way_that_fails_is_named_and_the_others_go_on(
    load, monkeypatch, tmp_path
):
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks'))
    queue_jobs = load('queue_jobs')

    def speed(jobs, compiled, seconds, patience):
        if compiled == 'default':
            raise RuntimeError('a training ended; see above')
        return 100.0 * jobs

    monkeypatch.setattr(queue_jobs, 'images_per_second', speed)
    out = tmp_path / 'out.json'
    words = ['queue_jobs.py', '--compile', 'no', 'default', '--out', str(out)]
    monkeypatch.setattr(sys, 'argv', words)
    queue_jobs.main()
    ways = json.loads(out.read_text())['ways']
    assert [way.get('over_the_first') for way in ways] == [1, 2, None, None]
    assert {way.get('error') for way in ways[2:]} == {
        'a training ended; see above'
    }
    assert load('measure').best_way(ways, 10**6)['jobs'] == 2


class Parsed(Exception):
    """The arguments of a command were understood."""


def test_commands_of_the_steps_are_understood(load, monkeypatch):
    """By the programs that they call, which go no further here."""
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks'))
    real = argparse.ArgumentParser.parse_args

    def parse(self, *args):
        real(self, *args)
        raise Parsed

    monkeypatch.setattr(argparse.ArgumentParser, 'parse_args', parse)
    measure = load('measure')
    programs = []
    for step in [*measure.steps(tiny=True), *measure.steps(tiny=False)]:
        program, *words = shlex.split(step.command)
        if program == '-m':
            assert words[:4] == ['pytest', '-m', 'gpu', '-rs']
            assert len(words) > 5
            assert all((ROOT / word).is_file() for word in words[4:])
            continue
        monkeypatch.setattr(sys, 'argv', [program, *words, '--out', 'o.json'])
        with pytest.raises(Parsed):
            load(Path(program).stem).main()
        programs.append(Path(program).stem)
    assert programs == 2 * ['queue_jobs', 'training_speed', 'vmf']


@pytest.fixture
def made(tmp_path):
    """A run of the plan."""
    return task_of(Job('ce/resnet20_digitslt', 1), tmp_path / 'runs')


def run_of(task, epochs):
    """What a training leaves, with a small network."""
    folder = task.folder
    (folder / '20260101_000000' / 'vis_data').mkdir(parents=True)
    (folder / 'a.py').write_text('x = 1')
    (folder / 'run.json').write_text('[]')
    (folder / '20260101_000000' / 'a.log').write_text('log')
    scalars = folder / '20260101_000000' / 'vis_data' / 'scalars.json'
    scalars.write_text('{}')
    (folder / 'predictions_test.npz').write_bytes(b'0' * 1000)
    content = {
        'meta': {'epoch': epochs},
        'state_dict': {'weight': torch.arange(1000.0)},
        'optimizer': {'state': torch.zeros(5000)},
    }
    torch.save(content, folder / f'epoch_{epochs}.pth')
    (folder / 'last_checkpoint').write_text(f'/else/epoch_{epochs}.pth')
    return folder


def names_in(out):
    found = []
    for path in sorted(out.glob('runs_*.tar')):
        with tarfile.open(path) as tar:
            found += tar.getnames()
    return found


def test_a_finished_run_is_copied_out_without_its_optimizer(
    load, tmp_path, made
):
    train = load('train')
    folder = run_of(made, 2)
    box = train.Outbox(tmp_path / 'out', 14, 4)
    assert box.add(train.finished_files(folder, tmp_path / 'weights.pth'))
    assert sorted(Path(name).name for name in names_in(box.folder)) == [
        *('a.log', 'a.py', 'epoch_2.pth', 'last_checkpoint', 'run.json'),
        'scalars.json',
    ]
    with tarfile.open(tmp_path / 'out' / 'runs_0.tar') as tar:
        tar.extractall(tmp_path / 'back', filter='data')
    back = tmp_path / 'back' / folder.name
    content = read_checkpoint(back / 'epoch_2.pth')
    assert set(content) == {'meta', 'state_dict'}
    assert torch.equal(content['state_dict']['weight'], torch.arange(1000.0))


def test_files_that_go_back_are_few_and_small(load, tmp_path):
    box = load('train').Outbox(tmp_path / 'out', part_mib=0.1, parts=2)
    file = tmp_path / 'file'
    file.write_bytes(b'0' * 40_000)
    fits = [box.add([(file, f'run{n}/file')]) for n in range(6)]
    assert fits == [True, True, True, True, False, False]
    assert sorted(names_in(box.folder)) == [f'run{n}/file' for n in range(4)]
    for path in box.folder.iterdir():
        assert path.stat().st_size <= 0.1 * 2**20


def test_the_next_call_takes_up_rows_and_begun_runs(load, tmp_path, made):
    train = load('train')
    run_of(made, 1)
    row = Row(
        recipe='ce/a',
        overlays=[],
        seed=1,
        epochs=2,
        metrics={'top1': 50.0},
        config_hash='c',
        code_hash='d',
    )
    ledger = tmp_path / 'ledger.jsonl'
    add_row(ledger, replace(row, config_hash='known'))
    known = {r.digest for r in read_ledger(ledger)}
    add_row(ledger, row)
    box = train.Outbox(tmp_path / 'out', 14, 4)
    box.rows(ledger, known)
    assert [
        r.config_hash for r in read_ledger(box.folder / 'ledger.jsonl')
    ] == ['c']
    assert box.add(train.begun_files(made.folder))

    other = replace(made, root=tmp_path / 'machine')
    added = tmp_path / 'machine' / 'ledger.jsonl'
    assert not has_begun(other)
    assert train.restore(box.folder, other.root, added) == 1
    assert train.restore(box.folder, other.root, added) == 0
    assert has_begun(other)
    content = read_checkpoint(other.folder / 'epoch_1.pth')
    assert len(content['optimizer']['state']) == 5000


def test_settings_of_the_machine_change_no_number(load):
    train = load('train')
    job = Job('crt/resnet32_cifar100lt', 1)
    task = task_of(job, 'runs')
    settings = train.settings_of([task], 'reduce-overhead')
    # refused where they change a number
    assert task_of(job, 'runs', settings) == task
    cfg, first = configs_of(job, of_all_stages(task, settings))
    for stage in (cfg, first):
        assert stage.compile == {'mode': 'reduce-overhead'}
        assert stage.train_dataloader.dataset.verify_md5 is False
        assert stage.test_dataloader.dataset.verify_md5 is False


def test_the_script_says_how_it_is_used():
    done = subprocess.run(
        ['bash', str(SCRIPT)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert 'pack ARCHIVE' in done.stderr
    done = subprocess.run(
        ['bash', str(SCRIPT), 'train'],
        capture_output=True,
        text=True,
        env={'PATH': os.environ['PATH']},
    )
    assert done.returncode == 1
    assert 'OUT=dir' in done.stderr


@pytest.mark.slow
def test_a_session_is_rehearsed_on_three_machines(tmp_path):
    """The commit that is checked out, without the packages."""
    done = subprocess.run(
        ['bash', str(SCRIPT), '--rehearse', '--no-wheels'],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            'PYTHON': sys.executable,
            'WORK': str(tmp_path),
            'OMP_NUM_THREADS': '1',
        },
    )
    assert not done.returncode, done.stdout + done.stderr
    assert 'rehearsed: 3 runs, 3 rows; 1 checkpoints' in done.stdout
    measured = json.loads((tmp_path / 'out3' / 'measured.json').read_text())
    steps = ('gpu_tests', 'queue_jobs', 'training_speed', 'vmf')
    assert not any('error' in measured[name] for name in steps)
    assert len(read_ledger(tmp_path / 'ledger.jsonl')) == 3
