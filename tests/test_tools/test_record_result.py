"""The ledger: a row per finished run, and the page that shows it."""

import csv
import json
from pathlib import Path

import pytest

from tools.analysis_tools import record_result

ROOT = Path(__file__).parents[2]
GIT = record_result.git
CONFIG = 'configs/ce/resnet20_digitslt.py'


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """The tool, with a ledger of its own."""
    module = record_result
    page = tmp_path / 'README.md'
    page.write_text(f'before\n{module.BEGIN}\nold\n{module.END}\nafter\n')
    monkeypatch.setattr(module, 'LEDGER', tmp_path / 'results.csv')
    monkeypatch.setattr(module, 'PAGE', page)
    monkeypatch.setattr(module, 'git', lambda *command: 'abc')
    return module


@pytest.fixture
def run(tmp_path):
    """A run of two parts, resumed after the first, as mmengine leaves it."""
    for name, epochs, minutes in (('1', (1,), 2), ('2', (2, 3), 5)):
        part = tmp_path / 'run' / name
        (part / 'vis_data').mkdir(parents=True)
        lines = []
        for epoch in epochs:
            lines += [
                {'loss': 1.0, 'step': 10 * epoch},
                {'accuracy/top1': 10.0 * epoch, 'step': epoch},
            ]
        (part / 'vis_data' / 'scalars.json').write_text(
            '\n'.join(map(json.dumps, lines))
        )
        (part / 'vis_data' / 'config.py').write_text(
            'train_cfg = dict(max_epochs=3)\nrandomness = dict(seed=7)\n'
        )
        (part / f'{name}.log').write_text(
            '2026/01/01 10:00:00 - a\n    no stamp\n'
            f'2026/01/01 10:0{minutes}:30 - b\n'
        )
    return tmp_path / 'run'


def call(tool, monkeypatch, *arguments):
    monkeypatch.setattr('sys.argv', ['record_result.py', *map(str, arguments)])
    tool.main()


def record(run, changed=False, **more):
    part = dict(
        config=CONFIG,
        arguments=[],
        commit='f' * 40,
        changed=changed,
        resumed=False,
        mmlt='0.1',
        started='1',
    )
    (run / 'run.json').write_text(json.dumps([{**part, **more}]))


def test_the_last_epoch_of_a_resumed_run_becomes_a_row(tool, run, monkeypatch):
    named = (run, CONFIG, '--commit', 'HEAD', '--device', 'a box')
    call(tool, monkeypatch, *named, '--note', 'x, y')
    call(tool, monkeypatch, *named)
    first, second = csv.DictReader(tool.LEDGER.open())
    assert first['top1'] == '30.00'
    assert (first['seed'], first['epochs'], first['ece']) == ('7', '3', '')
    assert first['minutes'] == '8.0'
    assert first['note'] == 'x, y'
    page = tool.PAGE.read_text()
    assert page.startswith('before')
    assert page.endswith('after\n')
    assert page.count('| 30.00 |') == 2
    assert 'old' not in page
    assert second['device'] == 'a box'


def test_metrics_of_a_test_can_take_the_place(tool, run, monkeypatch):
    metrics = run / 'test.json'
    metrics.write_text(json.dumps({'accuracy/top1': 55.5}))
    record(run)
    call(tool, monkeypatch, run, '--metrics', metrics)
    (row,) = csv.DictReader(tool.LEDGER.open())
    assert row['top1'] == '55.50'


def test_a_recorded_run_needs_no_more_than_its_folder(tool, run, monkeypatch):
    asked = []
    monkeypatch.setattr(
        tool, 'git', lambda *command: asked.append(command) or command[-1][:10]
    )
    record(run, changed=True)
    call(tool, monkeypatch, run, '--note', 'x')
    call(tool, monkeypatch, run, '--commit', 'abc')
    first, second = csv.DictReader(tool.LEDGER.open())
    assert first['config'] == CONFIG
    assert first['commit'] == 'f' * 10
    assert first['note'] == 'x; with changes that were not committed'
    assert (second['commit'], second['note']) == ('abc', '')
    assert first['minutes'] == '8.0'


def test_what_is_not_known_is_asked_for(tool, run, monkeypatch):
    with pytest.raises(SystemExit, match='config of this project.*none was'):
        call(tool, monkeypatch, run)
    with pytest.raises(SystemExit, match='Name it with --commit'):
        call(tool, monkeypatch, run, CONFIG)
    record(run, commit=None, changed=None)  # a wheel
    with pytest.raises(SystemExit, match='Name it with --commit'):
        call(tool, monkeypatch, run)
    record(run, config='/elsewhere/a.py')
    with pytest.raises(SystemExit, match='got /elsewhere/a.py'):
        call(tool, monkeypatch, run)
    assert not tool.LEDGER.exists()


def test_a_commit_that_is_none_is_refused(run, monkeypatch, tool):
    monkeypatch.setattr(tool, 'git', GIT)
    with pytest.raises(SystemExit, match='Expected a commit.*no-such'):
        call(tool, monkeypatch, run, CONFIG, '--commit', 'no-such')
    assert not tool.LEDGER.exists()


def test_an_unfinished_run_is_refused(tool, run, monkeypatch):
    (run / '2' / 'vis_data' / 'scalars.json').write_text('')
    with pytest.raises(SystemExit, match='finished run of 3 epochs.*epoch 1'):
        call(tool, monkeypatch, run, CONFIG)
    assert not tool.LEDGER.exists()


def test_an_empty_folder_is_refused(tool, tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match='no evaluation'):
        call(tool, monkeypatch, tmp_path, CONFIG)


def test_page_and_ledger_of_the_project_agree():
    rows = list(csv.DictReader((ROOT / 'results/results.csv').open()))
    page = (ROOT / 'results/README.md').read_text()
    assert rows
    for row in rows:
        assert '| ' + ' | '.join(row.values()) + ' |' in page
        assert (ROOT / row['config']).is_file()
