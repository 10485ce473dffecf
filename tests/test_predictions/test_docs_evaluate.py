"""docs/evaluate.md is followed as it stands: every block is run."""

import json
import re
import runpy
import shlex
from pathlib import Path

import pytest
import torch

from tests.test_bad_inputs.in_process import isolated, run

PAGE = Path(__file__).parents[2] / 'docs/evaluate.md'
BLOCK = re.compile(r'```(\w+)(?: title="([^"]+)")?\n(.*?)```', re.DOTALL)
BLOCKS = BLOCK.findall(PAGE.read_text())


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """The programs of the page; what the first of them writes."""
    folder = tmp_path_factory.mktemp('evaluate')
    for kind, title, code in BLOCKS:
        if kind == 'python':
            (folder / title).write_text(code)
    program(folder, 'save.py')
    return folder


def program(folder, name):
    with isolated(folder):
        return runpy.run_path(str(folder / name), run_name='__main__')


def test_the_commands_make_a_page(folder):
    (lines,) = (code for kind, _, code in BLOCKS if kind == 'sh')
    first, line = lines.splitlines()
    assert first == 'python save.py'
    words = shlex.split(line)
    assert words[:2] == ['mmlt', 'evaluate']
    done = run(words[1:], folder)
    assert done.code == 0, done.errors
    assert re.search(r'^plain: top-1 [\d.]+ %, macro ', done.output, re.M)
    page = (folder / 'report/index.html').read_text()
    assert '<h1>Digits with a long tail</h1>' in page
    assert f'<pre tabindex="0">{line}'[:60] in page.replace('&quot;', '"')
    record = json.loads((folder / 'report/numbers/plain.json').read_text())
    rows = {r['calibrator']: r for r in record['calibration']['rows']}
    assert rows.keys() == {'none', 'temperature', 'vector_balanced'}
    # the same numbers on one page, whoever computed them
    assert rows['none']['ECE'] == record['numbers']['ece']
    assert rows['none']['macro'] == record['numbers']['macro_accuracy']
    assert rows['temperature']['acc'] == record['numbers']['top1']
    parameters = record['calibration']['parameters']
    assert parameters['temperature'].keys() == {'log_temperature'}
    table = (folder / 'report/tables/calibrators.csv').read_text()
    assert table.count('\n') == 1 + 2 * 3
    # and Python says what the file says
    found = program(folder, 'from_python.py')
    plain = found['mmlt'].evaluate(
        found['scores'], found['labels'], found['counts']
    )
    assert plain['numbers'] == record['numbers']
    assert plain['classes']['recall'] == record['classes']['recall']
    assert found['result']['classes']['class'][9] == 'digit 9'


def test_the_metric_is_used_as_the_page_says(folder):
    pytest.importorskip('torchmetrics', reason='an extra')
    found = program(folder, 'metric.py')
    assert found['numbers']['top1'] == found['metric'].compute()['top1']
    assert len(found['numbers']) == 7


def test_lightning_is_used_as_the_page_says(folder):
    pytest.importorskip('lightning', reason='not among the packages of tests')
    found = program(folder, 'in_lightning.py')
    logged = found['numbers']
    batches = torch.load(folder / 'lightning.pt')
    assert {len(batch['labels']) for batch in batches} == {16, 12}
    from mmlt.predictions import numbers_of, read_predictions

    read = read_predictions(folder / 'lightning.pt', [500, 100, 5])
    numbers = numbers_of(read)['numbers']
    for name in ('top1', 'few', 'ece'):
        assert logged[f'val/{name}'] == pytest.approx(numbers[name])
