"""``mmlt verify``: the table, and what makes it fail."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mmlt.cli.main import main
from mmlt.reproduce.ledger import add_row
from mmlt.runs.recipes import load_recipe
from mmlt.zoo import index
from mmlt.zoo.measuring import differences, move_data, too_far

# The official files, where a person has them, as in test_cifar_lt
DATA = Path(os.environ.get('MMLT_DATA', 'data'))


@pytest.fixture
def mine(run, zoo):
    """A zoo of one network of the digits, which need no file."""
    main(['publish', str(run), '--zoo', 'mine'])
    return index.find_entry('mine')


def test_a_network_that_is_as_in_the_ledger(mine, row, capsys):
    assert main(['verify']) == 0
    lines = capsys.readouterr().out.splitlines()
    cells = [[c.strip() for c in line.split('|')[1:-1]] for line in lines]
    assert cells[0][2:] == ['top-1', 'many', 'medium', 'few', 'ECE']
    wanted = [f'{row.metrics[name]:.2f}' for name in index.METRICS]
    # of a network whose weights half precision holds exactly
    assert cells[-4:-1] == [
        ['mine', 'ours', *wanted],
        ['', 'ledger', *wanted],
        ['', 'difference', *['+0.00'] * 5],
    ]
    assert lines[-1].startswith('1 network as in the ledger')


def test_a_number_of_another_network_ends_with_1(mine, row, capsys):
    index.ledger_path().unlink()
    numbers = row.metrics | {'few': row.metrics['few'] + 0.4}
    other = replace(row, metrics=numbers)
    add_row(index.ledger_path(), other)
    entry = replace(
        mine, row=other.own_digest(), ledger=index.compared(other.metrics)
    )
    index.write_index([entry])
    assert main(['verify', 'mine']) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == 'mine: few differs by -0.40, more than 0.3'


def test_nothing_is_tested_where_a_file_is_another(mine, capsys):
    mine.path.write_bytes(mine.path.read_bytes() + b' ')
    with pytest.raises(SystemExit, match='to have the SHA-256'):
        main(['verify'])
    assert '|' not in capsys.readouterr().out


def test_nothing_is_tested_where_the_ledger_is_another(mine):
    index.ledger_path().write_text('')
    with pytest.raises(SystemExit, match='Was the run recorded again?'):
        main(['verify'])


def test_without_a_ledger_the_copy_in_the_index_counts(mine, capsys):
    index.ledger_path().unlink()
    assert main(['verify']) == 0


def test_differences_beyond_the_tolerance_have_a_name():
    ours = dict(top1=40.0, many=60.0, medium=None, few=None, ece=10.0)
    ledger = dict(top1=40.09, many=60.31, medium=None, few=3.0, ece=9.89)
    found = differences(ours, ledger)
    assert found['medium'] is None
    assert round(found['many'], 4) == -0.31
    assert too_far(found) == ['many', 'few', 'ece']


def test_the_folder_of_the_data_may_be_another():
    cfg = load_recipe('fcc/resnet32_cifar100lt')
    move_data(cfg, '/elsewhere')
    assert cfg.test_dataloader.dataset.data_root == '/elsewhere/cifar100'
    cfg = load_recipe('fcc/resnet20_digitslt')
    before = cfg.test_dataloader.dataset.to_dict()
    move_data(cfg, '/elsewhere')
    assert cfg.test_dataloader.dataset.to_dict() == before


@pytest.mark.slow
def test_a_network_of_mmlt_on_the_real_images(capsys):
    if not (DATA / 'cifar100' / 'cifar-100-python').is_dir():
        pytest.skip(f'the official files are not in {DATA}')
    assert main(['verify', 'fcc_cifar100lt', '--data-root', str(DATA)]) == 0
    out = capsys.readouterr().out
    assert '| ledger     | 40.33 | 63.86 | 42.49  | 10.37 | 19.83 |' in out
