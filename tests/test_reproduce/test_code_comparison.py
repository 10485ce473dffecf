"""Newer code is as good as that of a row while it trains the same bits."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from mmlt.cli.commands import reproduce
from mmlt.cli.main import main
from mmlt.reproduce import code_comparison
from mmlt.reproduce.code_comparison import (
    compare_code,
    run_python,
    short_schedule,
)
from mmlt.reproduce.comparisons import (
    Comparison,
    add_comparison,
    known_rows,
    read_comparisons,
)
from mmlt.reproduce.ledger import Row, add_row, read_ledger
from mmlt.reproduce.plan import Job
from mmlt.reproduce.tasks import standing_of, tasks_of
from mmlt.runs.recipe_files import CONFIGS

ROOT = CONFIGS.resolve().parent
LOSS = 'mmlt/models/losses/balanced_softmax_loss.py'


def git(folder, *words):
    identity = ['-c', 'user.name=a', '-c', 'user.email=a@b.c']
    done = subprocess.run(
        ['git', '-C', str(folder), *identity, *words],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path):
    """A repository of this code, with one commit."""
    folder = tmp_path / 'project'
    for name in ('mmlt', 'configs', 'tools'):
        shutil.copytree(
            ROOT / name,
            folder / name,
            symlinks=True,
            ignore=shutil.ignore_patterns('__pycache__', 'work_dirs'),
        )
    git(tmp_path, 'init', '-q', str(folder))
    git(folder, 'add', '-f', '-A')
    git(folder, 'commit', '-q', '-m', 'before')
    return folder


@pytest.fixture
def task(tmp_path):
    job = Job('bsce/resnet20_digitslt', 7)
    return tasks_of([job], tmp_path / 'runs')[0]


def row_of(task, commit, **changes):
    row = Row(
        recipe=task.job.recipe,
        overlays=[],
        seed=task.job.seed,
        epochs=40,
        metrics={'top1': 50.0},
        config_hash=task.config_hash,
        code_hash='earlier',
        commit=commit,
    )
    row = replace(row, **changes)
    return replace(row, digest=row.own_digest())


def edited(project, before, after):
    path = project / LOSS
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def test_equal_code_makes_a_row_done_and_other_code_does_not(
    project, task, tmp_path, monkeypatch
):
    monkeypatch.setattr(code_comparison, 'EPOCHS', 2)
    commit = git(project, 'rev-parse', 'HEAD')
    # a row without a hash of its settings, as the first ones are
    row = row_of(task, commit, config_hash=None)
    ledger = tmp_path / 'ledger.jsonl'
    add_row(ledger, row)
    assert standing_of(task, known_rows(ledger)).state == 'stale'

    edited(
        project,
        'balanced_softmax_loss(logits',
        'balanced_softmax_loss(1 * logits',
    )
    found = compare_code([task], [row], project)
    assert (found.epochs, found.batches) == (2, 8)
    assert found.rows == {row.digest: task.config_hash}
    # the parameters of ResNet-20 and the statistics of its normalization
    assert found.weights > 270_000
    assert {'top1', 'nll', 'ece', 'accuracy/top1'} <= {*found.metrics}
    add_comparison(ledger, found)
    assert standing_of(task, known_rows(ledger)).state == 'done'
    assert read_ledger(ledger) == [row]

    # the numbers of the report are compared above
    monkeypatch.setattr(code_comparison, 'NUMBERS', 'print("{}")')
    edited(project, '(1 * logits', '(2 * logits')
    with pytest.raises(ValueError, match='results differ, the first is'):
        compare_code([task], [row], project)
    assert git(project, 'worktree', 'list').count('\n') == 0


@pytest.fixture
def command(task, tmp_path, monkeypatch):
    """Call `mmlt reproduce` on a plan with that one run, and its ledger."""
    monkeypatch.setattr(reproduce, 'check_traceable', lambda: None)
    plan, ledger = tmp_path / 'plan.yaml', tmp_path / 'ledger.jsonl'
    plan.write_text('runs:\n- {recipe: bsce/resnet20_digitslt, seeds: [7]}\n')
    add_row(ledger, row_of(task, 'c' * 10))

    def call(action):
        where = ['--plan', str(plan), '--ledger', str(ledger)]
        return main(['reproduce', action, *where])

    return call


def test_command_compares_what_is_stale(task, command, monkeypatch, capsys):
    found = Comparison(
        task.job.variant,
        'c' * 10,
        task.code_hash,
        {row_of(task, 'c' * 10).digest: task.config_hash},
        epochs=5,
        weights=3,
        metrics=['top1'],
        device='a machine',
    )
    monkeypatch.setattr(reproduce, 'compare_code', lambda *_: found)
    assert command('status') == 0
    assert ' stale ' in capsys.readouterr().out
    assert command('compare') == 0
    assert '1 rows are done' in capsys.readouterr().out
    assert command('compare') == 0
    assert 'no run is stale' in capsys.readouterr().out
    command('status')
    assert ' done ' in capsys.readouterr().out


def test_command_goes_on_after_what_differs(command, monkeypatch, capsys):
    def refuse(*_):
        raise ValueError('Expected x to train as before.')

    monkeypatch.setattr(reproduce, 'compare_code', refuse)
    assert command('compare') == 1
    assert 'Expected x to train as before.' in capsys.readouterr().out


def test_other_settings_are_not_compared(project, task):
    commit = git(project, 'rev-parse', 'HEAD')
    row = row_of(task, commit, config_hash='0' * 12)
    with pytest.raises(ValueError, match='its row, 0{12}, but the plan has'):
        compare_code([task], [row], project)


def test_row_of_changed_code_is_not_compared(project, task):
    commit = git(project, 'rev-parse', 'HEAD')
    row = row_of(task, commit, changed=True)
    with pytest.raises(ValueError, match='changes that are not committed'):
        compare_code([task], [row], project)


def test_commit_must_be_in_the_history(project, task):
    row = row_of(task, 'a' * 10)
    with pytest.raises(ValueError, match='Fetch the whole history'):
        compare_code([task], [row], project)


def test_code_that_does_not_run_is_said(project, task):
    (project / 'tools' / 'train.py').write_text('raise SystemExit("broken")')
    git(project, 'commit', '-q', '-a', '-m', 'now')
    row = row_of(task, git(project, 'rev-parse', 'HEAD'))
    with pytest.raises(ValueError, match='exit code 1: broken'):
        compare_code([task], [row], project)


def test_every_phase_of_a_schedule_is_in_the_short_one(tmp_path):
    task = tasks_of([Job('crt/resnet32_cifar100lt', 1)], tmp_path)[0]
    root = {'train_dataloader.dataset.data_root': '/data'}
    options = short_schedule(task, root)
    assert options['train_cfg.max_epochs'] == 5
    assert options['first_stage.train_cfg.max_epochs'] == 5
    # epochs 159 and 179 of 200, 9 and 19 of 30
    assert options['first_stage.param_scheduler.1.milestones'] == [4, 4]
    assert options['param_scheduler.1.milestones'] == [2, 3]
    assert options['first_stage.train_dataloader.dataset.data_root'] == '/data'


def test_iterations_are_cut_to_as_many(tmp_path):
    pytest.importorskip('mmseg')
    task = tasks_of([Job('vmf_seg/fcn_r18_camvid', 1)], tmp_path)[0]
    options = short_schedule(task, {})
    assert options == {
        'train_cfg.max_iters': 40,
        'train_cfg.val_interval': 40,
    }


def test_program_runs_from_here_with_the_other_code(tmp_path, monkeypatch):
    """Where data are named from the working directory."""
    (tmp_path / 'code/mmlt').mkdir(parents=True)
    (tmp_path / 'code/mmlt/__init__.py').write_text('')
    program = tmp_path / 'a.py'
    program.write_text('import os, mmlt; print(os.getcwd(), mmlt.__file__)')
    monkeypatch.chdir(tmp_path)
    found = run_python(tmp_path / 'code', str(program))
    assert found.split() == [
        str(tmp_path),
        str(tmp_path / 'code/mmlt/__init__.py'),
    ]


def test_share_of_the_schedule_is_an_epoch_for_both(tmp_path):
    """Older code has `begin=50` of 200 epochs where this has 0.25."""
    task = tasks_of([Job('fcc/resnet32_cifar100lt', 1)], tmp_path)[0]
    begin = short_schedule(task, {})['model.neck.1.begin']
    assert isinstance(begin, int)
    assert begin == 1  # of 5


def test_comparison_of_a_row_that_is_gone_counts_for_nothing(tmp_path):
    ledger = tmp_path / 'ledger.jsonl'
    found = Comparison(
        'a/b', 'c' * 10, 'code', {'no such row': 'x'}, 5, 1, [], ''
    )
    add_comparison(ledger, found)
    assert read_comparisons(ledger) == [found]
    assert known_rows(ledger) == []
