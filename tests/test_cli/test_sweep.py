"""``mmlt sweep``: trainings of several settings, and the best of them."""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mmlt.cli.commands import sweep
from mmlt.runs.checkpoint import read_checkpoint
from mmlt.runs.search_space import read_space
from mmlt.runs.sweep_record import Trial
from tests.test_bad_inputs.in_process import run

ROOT = Path(__file__).parents[2]
LA = 'la/resnet20_digitslt'
TAU, LR = 'model.head.loss.tau', 'optim_wrapper.optimizer.lr'
OPTIONS = [
    *('--cfg-options', 'param_scheduler.0.end=1'),
    *('param_scheduler.1.milestones=[1]', 'train_cfg.max_epochs=1'),
]
MACRO = sweep.MACRO_ACCURACY


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    # these take longer than the training
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)
    monkeypatch.setattr(
        'yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, True)
    )


def trials_of(folder):
    return json.loads((folder / 'sweep.json').read_text())['trials']


def test_the_best_is_found_once_and_trained_by_the_last_line(tmp_path):
    words = ['sweep', LA, '--over', f'{TAU}=0.5,1', '--with', 'ema']
    words += [*OPTIONS, '--work-dir', 'sweep', '--seed', '3']
    done = run(words, tmp_path)
    assert done.code == 0, done.output + done.errors
    trials = trials_of(tmp_path / 'sweep')
    assert [t['settings'] for t in trials] == [{TAU: 0.5}, {TAU: 1}]
    assert [t['state'] for t in trials] == ['done', 'done']
    scores = {t['settings'][TAU]: t['numbers'][MACRO] for t in trials}
    best = max(scores, key=scores.get)
    assert f'Best: {TAU}={best} ' in done.output
    head, first = re.findall(r'^.*trial_\d$|^.*folder$', done.output, re.M)[:2]
    assert head.split()[:2] == [TAU, 'macro']
    assert first.split()[:2] == [str(best), f'{scores[best]:.2f}']

    # nothing is trained again
    again = run(words, tmp_path)
    assert again.output.count('done already') == 2
    assert 'Epoch(train)' not in again.output
    assert f'Best: {TAU}={best} ' in again.output

    # the command is one of the whole training set
    (command,) = re.findall(r'^  (mmlt train .*)$', done.output, re.M)
    full = shlex.split(command)[1:]
    assert full[:4] == ['train', LA, '--seed', '3']
    assert full[4:6] == ['--with', 'ema']
    assert full[-1] == f'{TAU}={best}'
    trained = run([*full, '--work-dir', 'full'], tmp_path)
    assert trained.code == 0, trained.output + trained.errors
    text = next((tmp_path / 'full').glob('*.py')).read_text()
    assert 'HeldOutSplit' not in text

    # a further value is one more training
    words[3] = f'{TAU}=0.5,1,2'
    more = run(words, tmp_path)
    assert more.output.count('done already') == 2
    assert len(trials_of(tmp_path / 'sweep')) == 3


def test_a_trial_is_the_training_of_its_words(tmp_path):
    words = ['sweep', LA, '--over', f'{TAU}=2', *OPTIONS]
    assert run([*words, '--work-dir', 'sweep'], tmp_path).code == 0
    (part,) = json.loads(
        (tmp_path / 'sweep' / 'trial_1' / 'run.json').read_text()
    )
    alone = ['train', LA, *part['arguments'], '--work-dir', 'alone']
    assert run(alone, tmp_path).code == 0
    one, other = (
        read_checkpoint(str(tmp_path / folder / 'epoch_1.pth'))['state_dict']
        for folder in ('alone', 'sweep/trial_1')
    )
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_sweep_that_was_killed_goes_on(tmp_path, monkeypatch):
    words = ['sweep', LA, '--over', f'{TAU}=0.5,1', *OPTIONS]
    real, begun = sweep.train.run, []

    def killed(prepared):
        begun.append(prepared.args.work_dir)
        if len(begun) != 2:
            return real(prepared)
        with prepared.lock:  # which a process gives back as it ends
            return 137

    monkeypatch.setattr(sweep.train, 'run', killed)
    done = run([*words, '--work-dir', 'sweep'], tmp_path)
    assert done.code == 137
    states = [t['state'] for t in trials_of(tmp_path / 'sweep')]
    assert states == ['done', 'begun']
    again = run([*words, '--work-dir', 'sweep'], tmp_path)
    assert again.code == 0
    assert begun[1:] == ['sweep/trial_2'] * 2


def test_a_loss_that_is_no_number_is_the_worst(tmp_path, monkeypatch):
    words = ['sweep', LA, '--over', f'{TAU}=1,2', *OPTIONS]
    real = sweep.train.run

    def diverges(prepared):
        if f'{TAU}=1' in prepared.args.arguments:
            raise FloatingPointError('Expected a finite loss.')
        return real(prepared)

    monkeypatch.setattr(sweep.train, 'run', diverges)
    done = run([*words, '--work-dir', 'sweep'], tmp_path)
    assert done.code == 0, done.errors
    assert f'Best: {TAU}=2 ' in done.output
    assert trials_of(tmp_path / 'sweep')[0]['state'] == 'diverged'


def test_a_sweep_that_is_stopped_says_how_it_goes_on(tmp_path, monkeypatch):
    words = ['sweep', LA, '--over', f'{TAU}=1,2', *OPTIONS]
    monkeypatch.setattr(sweep.train, 'run', lambda prepared: 143)
    done = run([*words, '--work-dir', 'sweep'], tmp_path)
    assert done.code == 143
    last = done.errors.splitlines()[-1]
    assert last.startswith(f'The sweep goes on with: mmlt sweep {LA} --over')
    assert last.endswith('--work-dir sweep')


def test_a_score_that_is_not_measured_is_refused(tmp_path):
    words = ['sweep', LA, '--over', f'{TAU}=1', *OPTIONS]
    done = run([*words, '--score', 'macro'], tmp_path)
    assert done.code == 1
    assert 'Expected --score to be a metric of the valid' in done.errors
    assert "but got 'macro'" in done.errors
    assert 'calibration/ece, ' in done.errors
    assert 'Epoch(train)' not in done.errors + done.output


def test_optuna_chooses_and_goes_on(tmp_path):
    pytest.importorskip('optuna', reason='an extra')
    words = ['sweep', LA, '--over', f'{LR}=log(1e-3,1)', *OPTIONS]
    words += ['--work-dir', 'sweep', '--trials']
    assert run([*words, '2'], tmp_path).code == 0
    two = trials_of(tmp_path / 'sweep')
    done = run([*words, '3'], tmp_path)
    assert done.output.count('done already') == 2
    three = trials_of(tmp_path / 'sweep')
    assert three[:2] == two
    assert len({t['settings'][LR] for t in three}) == 3
    assert all(1e-3 <= t['settings'][LR] <= 1 for t in three)


def finished(*scores):
    return [
        Trial(f'trial_{i}', {TAU: float(i)}, 'done', {MACRO: score})
        for i, score in enumerate(scores)
    ]


def advice_of(trials, lowest=False):
    values = ','.join(str(t.settings[TAU]) for t in trials)
    args = argparse.Namespace(
        score=MACRO,
        lowest=lowest,
        overlays=['tuning', 'fcc'],
        space=read_space([f'{TAU}={values}']),
    )
    words = [LA, '--with', 'tuning', 'fcc', '--amp']
    return sweep.advice(args, trials, words, 'top')


def test_the_advice_looks_beyond_the_ends():
    assert 'try more of it' in advice_of(finished(1, 2, 3))
    assert 'try less of it' in advice_of(finished(1, 2, 3), lowest=True)
    assert 'of it' not in advice_of(finished(1, 3, 2))
    assert 'of it' not in advice_of(finished(1, 3))
    assert f'mmlt train {LA} --amp --with fcc --cfg-options {TAU}=1.0' in (
        advice_of(finished(1, 3, 2))
    )
    wrong = [Trial('trial_1', {TAU: 1.0}, 'diverged')]
    assert 'lower learning rate' in advice_of(wrong)


def test_the_table_has_the_best_first_and_dashes():
    trials = [
        Trial('trial_1', {TAU: 1}, 'diverged'),
        Trial('trial_2', {TAU: 2}, 'done', {MACRO: 50.0, 'shot/few': None}),
        Trial('trial_3', {TAU: 3}, 'done', {MACRO: 60.0, 'shot/few': 1.0}),
        Trial('trial_3', {TAU: 3}, 'done', {MACRO: 60.0, 'shot/few': 1.0}),
    ]
    assert sweep.sweep_table(trials, MACRO, False).splitlines() == [
        '3 trials, last epoch, on images that are not those of the test '
        '(percent)',
        'model.head.loss.tau  macro   few   folder',
        '                  3  60.00  1.00  trial_3',
        '                  2  50.00     -  trial_2',
        '                  1      -     -  trial_1',
    ]


def test_words_of_the_sweep_are_not_those_of_the_training():
    words = [LA, '--over', 'a=1', 'b=2', '--with', 'fcc', '--trials', '3']
    words += ['--lowest', '--cfg-options', 'c=1', '--score', 'shot/few']
    left = [LA, '--with', 'fcc', '--cfg-options', 'c=1']
    assert sweep.training_words(words) == left
    assert sweep.with_overlays(left, ['fcc', 'tuning']) == [
        *(LA, '--cfg-options', 'c=1', '--with', 'fcc', 'tuning')
    ]
    assert sweep.with_settings(left, {'d': 2.5}) == [
        *(LA, '--with', 'fcc', '--cfg-options', 'c=1', 'd=2.5')
    ]
    assert sweep.with_overlays([LA], []) == [LA]


def test_several_processes_try_the_same_settings(tmp_path):
    """As one process: the first one chooses, all train, one writes."""
    words = ['sweep', LA, '--over', f'{TAU}=0.5,1', *OPTIONS]
    words += ['train_dataloader.batch_size=16', '--work-dir', 'sweep']
    done = subprocess.run(
        [
            *(sys.executable, '-m', 'torch.distributed.run', '--standalone'),
            *('--nproc_per_node=2', '-m', 'mmlt', *words),
            *('--launcher', 'pytorch'),
        ],
        cwd=tmp_path,
        env={**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    trials = trials_of(tmp_path / 'sweep')
    assert [t['settings'] for t in trials] == [{TAU: 0.5}, {TAU: 1}]
    assert [t['state'] for t in trials] == ['done', 'done']
    for words in ('Trial 2 of 2: ', 'Best: ', 'All trials: '):
        assert done.stdout.count(words) == 1
