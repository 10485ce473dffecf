"""The scripts behind the figures of docs/reliability.md."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mmlt.reproduce.ledger import Row, add_row

ROOT = Path(__file__).parents[2]


@pytest.fixture
def load(monkeypatch):
    """A script of benchmarks/ as a module, by its name."""
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks'))
    return importlib.import_module


def run(script, *words):
    done = subprocess.run(
        [sys.executable, str(ROOT / 'benchmarks' / script), *map(str, words)],
        env={**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'},
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stdout + done.stderr


def test_one_bit_is_a_difference(load):
    kills = load('kills')
    expected = {'state_dict': {'a': torch.tensor([1.0, float('nan')])}}
    got = {'state_dict': {'a': torch.tensor([1.0, float('nan')])}}
    first, second = kills.leaves(expected), kills.leaves(got)
    assert not kills.differences(first, second)
    got['state_dict']['a'].view(torch.int32)[0] ^= 1
    assert kills.differences(first, second) == ['/state_dict/a']
    assert kills.differences(first, {}) == ['/state_dict/a']
    assert kills.differences({}, first) == ['/state_dict/a']
    typed = kills.leaves({'state_dict': {'a': torch.ones(1).double()}})
    assert kills.differences(kills.leaves({'state_dict': {'a': 1.0}}), typed)


def test_a_value_is_found_wherever_it_lies(load):
    leaves = load('kills').leaves
    assert leaves({'a': [1, {'b': 2}], 'c': (3,)}) == {
        '/a/0': 1,
        '/a/1/b': 2,
        '/c/0': 3,
    }


def test_a_leak_is_a_slope_whatever_the_processes_begin_with(load):
    long_run = load('long_run')
    rows = [
        dict(process=part, epoch=60 * part + i, rss_kib=1000 * part + 3 * i)
        for part in (1, 2)
        for i in range(60)
    ]
    parts = long_run.settled(rows, 50)
    assert [len(part) for part in parts] == [10, 10]
    assert long_run.slope(parts, 'rss_kib') == pytest.approx(3)


def test_ten_thousand_points_of_the_bessel_functions(load):
    checks = load('bessel_points').try_points(10_000, 60, seed=1)
    for name, row in checks.items():
        assert row['points'] >= 50, name
        assert not row['beyond'], (name, row)


def test_a_wrong_digit_is_beyond(load, monkeypatch):
    bessel_points = load('bessel_points')
    right = bessel_points.iv_ratio
    monkeypatch.setattr(
        bessel_points, 'iv_ratio', lambda v, x: right(v, x) * (1 + 1e-10)
    )
    checks = bessel_points.try_points(500, 1)
    assert checks['recurrence']['beyond']
    assert checks['ratio against mpmath']['beyond']


def test_lost_and_repeated_runs_of_a_queue_are_found(load, tmp_path):
    queue_kills = load('queue_kills')
    plan = tmp_path / 'plan.yaml'
    runs = [{'recipe': 'ce/resnet20_digitslt', 'seeds': [1, 2]}]
    plan.write_text(json.dumps({'runs': runs}))
    queue = queue_kills.Queue(tmp_path / 'queue', plan, jobs=1)
    record = queue.tasks[0].folder / 'run.json'
    for task in queue.tasks:
        task.folder.mkdir(parents=True)
        (task.folder / 'run.json').write_text('[{}]')
        row = Row(
            recipe=task.job.recipe,
            overlays=[],
            seed=task.job.seed,
            epochs=40,
            metrics={'top1': 50.0},
            config_hash=task.config_hash,
            code_hash=task.code_hash,
        )
        assert add_row(queue.ledger, row)
        queue.look()
    assert len(queue.finished) == 2
    record.write_text('[{}, {}]')
    with pytest.raises(ValueError, match='begun again'):
        queue.look()
    record.write_text('[{}]')
    first, second = queue.ledger.read_text().splitlines()
    queue.ledger.write_text(f'{first}\n{second}\n{first}\n')
    with pytest.raises(ValueError, match='repeated a run'):
        queue.look()
    queue.ledger.write_text(f'{second}\n')
    with pytest.raises(ValueError, match='lost or changed'):
        queue.look()


@pytest.mark.slow
def test_killed_queue_is_the_undisturbed_one(tmp_path):
    out = tmp_path / 'queue_kills.json'
    words = ['--kills', 2, '--least', 20, '--most', 30]
    words += ['--work-dir', tmp_path / 'work', '--out', out]
    run('queue_kills.py', *words)
    result = json.loads(out.read_text())
    assert result['kills'] == {'group': 1, 'queue': 1}
    assert result['rows'] == result['runs'] > 0
    assert (result['lost'], result['different']) == (0, 0)
    assert result['numbers'] > 1000


@pytest.mark.slow
def test_killed_trainings_are_the_undisturbed_one(tmp_path):
    out = tmp_path / 'kills.json'
    words = ['--recipes', 'fcc/resnet20_digitslt', '--epochs', 4]
    words += ['--kills', 6, '--work-dir', tmp_path, '--out', out]
    run('kills.py', *words)
    result = json.loads(out.read_text())
    assert result['kills'] == 6
    assert result['compared'] > 250
    assert result['different'] == 0


@pytest.mark.slow
def test_a_long_training_opens_no_more_files(tmp_path):
    out = tmp_path / 'long.json'
    words = ['--epochs', 14, '--settled', 4, '--work-dir', tmp_path]
    run('long_run.py', *words, '--out', out)
    result = json.loads(out.read_text())['result']
    assert result['epochs'] == 14
    assert len(result['descriptors']) == 1
    assert 0 < result['log_bytes_per_epoch'] < 2048
