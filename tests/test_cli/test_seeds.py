"""``mmlt seeds``: several trainings, and their mean."""

import argparse
import json
import re
import statistics

import pytest
import torch

from mmlt.cli.commands import seeds
from mmlt.runs.checkpoint import read_checkpoint
from tests.test_bad_inputs.in_process import run

CE = 'ce/resnet20_digitslt'
OPTIONS = [
    *('--cfg-options', 'train_dataloader.dataset.indices=256'),
    *('val_dataloader.dataset.indices=50', 'param_scheduler.0.end=1'),
    *('param_scheduler.1.milestones=[1]', 'train_cfg.max_epochs=1'),
]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    # these take longer than the training
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)
    monkeypatch.setattr(
        'yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, True)
    )


def row(text, name):
    """Numbers of a row of the table."""
    (line,) = re.findall(rf'^{name} .*$', text, re.M)
    return [float(number) for number in re.findall(r'\d+\.\d+', line)]


def test_each_seed_is_trained_once_and_as_if_alone(tmp_path):
    words = ['seeds', CE, '--seeds', '1', '2', '--work-dir', 'runs', *OPTIONS]
    done = run(words, tmp_path)
    assert done.code == 0, done.output + done.errors
    one, two, mean, spread = row(done.output, 'top-1')
    assert mean == pytest.approx((one + two) / 2, abs=0.011)
    assert spread == pytest.approx(statistics.stdev([one, two]), abs=0.011)
    assert 'mmlt report runs/seed_1 runs/seed_2' in done.output

    again = run(words, tmp_path)
    assert again.output.count('already finished') == 2
    assert row(again.output, 'top-1') == [one, two, mean, spread]

    # what the first left in the process does not reach the second
    alone = ['train', CE, '--seed', '2', '--work-dir', 'alone', *OPTIONS]
    assert run(alone, tmp_path).code == 0
    weights, of_two = (
        read_checkpoint(str(tmp_path / folder / 'epoch_1.pth'))['state_dict']
        for folder in ('alone', 'runs/seed_2')
    )
    assert all(torch.equal(weights[name], of_two[name]) for name in weights)
    (part,) = json.loads((tmp_path / 'runs/seed_2/run.json').read_text())
    assert part['arguments'] == [*OPTIONS, '--seed', '2']


def test_a_training_that_is_stopped_is_the_last(tmp_path, monkeypatch):
    begun = []
    monkeypatch.setattr(seeds.train, 'prepare', begun.append)
    monkeypatch.setattr(seeds.train, 'run', lambda _: 143)
    done = run(['seeds', CE, '--seeds', '3', '4', '--amp'], tmp_path)
    assert done.code == 143
    (args,) = begun
    assert (args.seed, args.amp, args.resume) == (3, True, 'auto')
    assert args.work_dir == 'work_dirs/ce/resnet20_digitslt/seed_3'


def test_the_other_arguments_are_those_of_each_training():
    words = ['a.py', '--seeds', '1', '2', '--work-dir', 'd', '--with', 'fcc']
    found = seeds.training_arguments([*words, 'short'], 7, 'd/seed_7')
    how = ['--seed', '7', '--work-dir', 'd/seed_7', '--resume']
    assert found == ['a.py', '--with', 'fcc', 'short', *how]


def test_a_seed_twice_is_refused(capsys):
    parser = argparse.ArgumentParser()
    args = argparse.Namespace(seeds=[1, 2, 1], launcher='none')
    with pytest.raises(SystemExit):
        seeds.check_arguments(parser, args)
    assert 'expected each seed once, but got 1' in capsys.readouterr().err


def test_a_group_that_is_empty_is_a_dash():
    table = seeds.seed_table(
        {
            1: {'accuracy/top1': 70.0, 'shot/few': float('nan')},
            2: {'accuracy/top1': 72.0, 'shot/few': float('nan')},
        },
        'validation',
    )
    assert table.splitlines() == [
        'Result of 2 seeds, last epoch, on the validation images (percent)',
        '       seed 1  seed 2    mean ± std',
        'top-1   70.00   72.00  71.00 ± 1.41',
        'few         -       -             -',
    ]
    assert 'not evaluated' in seeds.seed_table({1: {}})


def test_macro_accuracy_comes_first_where_it_is_measured():
    numbers = {'accuracy/top1': 70.0, 'macro/accuracy': 40.0}
    table = seeds.seed_table({1: numbers, 2: numbers}).splitlines()
    assert table[0].endswith('on the test images (percent)')
    assert [line.split()[0] for line in table[2:]] == ['macro', 'top-1']
