"""A row is there once, whole, and as the program wrote it."""

import json
import multiprocessing
from dataclasses import replace

import pytest

from mmlt.reproduce.ledger import Row, add_row, read_ledger, variant_name

ROW = Row(
    recipe='fcc/resnet32_cifar100lt',
    overlays=['ratio50'],
    seed=42,
    epochs=200,
    metrics={'top1': 41.5, 'few': None},
    options={'model.neck.1.strategy': 'half_top'},
    config_hash='abc',
    code_hash='def',
)


def test_row_comes_back_as_it_was(tmp_path):
    path = tmp_path / 'results' / 'ledger.jsonl'
    assert read_ledger(path) == []
    assert add_row(path, ROW)
    (row,) = read_ledger(path)
    assert replace(row, digest='') == ROW
    assert row.name == 'fcc/resnet32_cifar100lt+ratio50+strategy=half_top'


def test_same_run_is_added_once(tmp_path):
    path = tmp_path / 'ledger.jsonl'
    assert add_row(path, ROW)
    assert not add_row(path, replace(ROW, minutes=3.0, note='again'))
    assert add_row(path, replace(ROW, seed=1))
    assert add_row(path, replace(ROW, code_hash='other'))
    assert add_row(path, replace(ROW, config_hash='other'))
    assert len(read_ledger(path)) == 4


def test_runs_of_unknown_code_are_all_kept(tmp_path):
    path = tmp_path / 'ledger.jsonl'
    old = replace(ROW, config_hash=None, code_hash=None)
    assert add_row(path, old)
    assert add_row(path, old)


@pytest.mark.parametrize(
    'change',
    [
        {'metrics': {'top1': 51.5, 'few': None}},
        {'note': 'better'},
        {'seed': 43},
        {'digest': '0123456789abcdef'},
    ],
    ids=lambda change: next(iter(change)),
)
def test_row_changed_by_hand_is_found(tmp_path, change):
    path = tmp_path / 'ledger.jsonl'
    add_row(path, ROW)
    content = json.loads(path.read_text()) | change
    path.write_text(json.dumps(content) + '\n')
    with pytest.raises(ValueError, match='changed by hand'):
        read_ledger(path)


@pytest.mark.parametrize('line', ['{', '[]', '{"recipe": "a"}', '1'])
def test_line_that_is_no_row_is_named(tmp_path, line):
    path = tmp_path / 'ledger.jsonl'
    add_row(path, ROW)
    path.write_text(path.read_text() + line + '\n')
    with pytest.raises(ValueError, match='line 2 of .*ledger.jsonl'):
        read_ledger(path)


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_metric_that_is_not_finite_is_refused(tmp_path, value):
    path = tmp_path / 'ledger.jsonl'
    with pytest.raises(ValueError, match='metrics that are finite, but top1'):
        add_row(path, replace(ROW, metrics={'top1': value}))
    assert not path.exists()


def add_ten(path, seed):
    for number in range(10):
        add_row(path, replace(ROW, seed=100 * seed + number))


def test_processes_that_add_rows_at_once_lose_none(tmp_path):
    path = tmp_path / 'ledger.jsonl'
    context = multiprocessing.get_context('fork')
    adding = [
        context.Process(target=add_ten, args=(path, seed)) for seed in range(4)
    ]
    for process in adding:
        process.start()
    for process in adding:
        process.join()
    assert len({row.seed for row in read_ledger(path)}) == 40


def test_a_name_says_of_which_stage_a_setting_is_where_both_have_it():
    rate, of_first = 'optim_wrapper.optimizer.lr', 'first_stage.a.lr'
    name = variant_name('los/a', ['fast'], {rate: 1, of_first: 2})
    assert name == 'los/a+fast+lr=1+first_stage.lr=2'
    assert variant_name('los/a', [], {of_first: 2}) == 'los/a+lr=2'
    widths = {'model.backbone.expert_channels': [24, 48]}
    assert variant_name('balpoe/a', [], widths) == (
        'balpoe/a+expert_channels=24,48'
    )
