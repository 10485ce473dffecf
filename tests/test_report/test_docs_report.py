"""Every number of the committed report comes from a file of the ledger."""

import csv
import json

import pytest

from mmlt.report import RunRecord, file_name
from mmlt.report.build import build_report, summary
from mmlt.report.page import FOLDED_ROWS
from mmlt.report.tables import Table

from .conftest import ROOT

FOLDERS = sorted((ROOT / 'docs' / 'report').iterdir())
each = pytest.mark.parametrize('folder', FOLDERS, ids=lambda f: f.name)


def numbers(folder):
    """Folder of the files that a page is made of."""
    return ROOT / 'results' / 'report' / folder.name


def records(folder):
    """Of the runs, in the order of the page."""
    page = (folder / 'README.md').read_text()
    found = [
        RunRecord(**json.loads(path.read_text()))
        for path in numbers(folder).glob('*.json')
    ]
    return sorted(found, key=lambda r: page.index(f'| {file_name(r)} |'))


def test_there_is_a_report_of_both_papers_on_real_data():
    for folder in FOLDERS:
        names = [record.name for record in records(folder)]
        assert names == ['ce', 'fcc', 'vmf']
    assert [f.name for f in FOLDERS] == ['cifar100lt', 'cifar10lt']


@each
def test_the_tables_are_made_of_the_files(folder):
    page = (folder / 'README.md').read_text()
    where = numbers(folder).relative_to(ROOT).as_posix()
    report = build_report(records(folder), {}, where, '')
    tables = report.blocks(Table)
    for table in tables:
        # many rows are in the file alone
        long = len(table.rows) > FOLDED_ROWS
        name = f'tables/{table.key}.csv'
        text = (
            f'{len(table.rows)} rows: `{name}`' if long else table.markdown()
        )
        assert text in page, table.title
        text = (folder / 'tables' / f'{table.key}.csv').read_text()
        assert table.csv() == text
    short = [table for table in tables if len(table.rows) <= FOLDED_ROWS]
    assert page.count('\n| :--') == len(short)
    assert summary(records(folder)) in page


def name_then(row):
    """What a recipe with overlays was called at the commit of its row."""
    name = row['config'].removesuffix('.py')
    if 'held-out' in row['with']:
        name += '_held-out'
    return name + ('_20e' if 'short' in row['with'] else '')


@each
def test_the_runs_are_rows_of_the_ledger(folder):
    with (ROOT / 'results' / 'results.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    for record in records(folder):
        assert any(
            name_then(row) == f'configs/{record.recipe}'
            and row['seed'] == str(record.seed)
            and row['commit'] == record.commit
            and row['top1'] == f'{record.numbers["top1"]:.2f}'
            and row['ece'] == f'{record.numbers["ece"]:.2f}'
            for row in rows
        ), record.recipe


@each
def test_it_is_small(folder):
    # index.html is made beside it and not committed
    files = [folder / 'README.md', *folder.glob('*/*')]
    size = sum(path.stat().st_size for path in files)
    assert size < 300 * 2**10
