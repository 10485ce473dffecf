"""Every number of the committed report comes from a file of the ledger."""

import csv
import json

from mmlt.report.build import build_report, summary
from mmlt.report.runs import file_name
from mmlt.report.tables import Table

from .conftest import ROOT

FOLDER = ROOT / 'docs' / 'report'


def records():
    """Of the runs, in the order of the page."""
    page = (FOLDER / 'README.md').read_text()
    found = [
        json.loads(path.read_text())
        for path in (ROOT / 'results' / 'report').glob('*.json')
    ]
    assert found
    return sorted(found, key=lambda r: page.index(f'| {file_name(r)} |'))


def test_the_tables_are_made_of_the_files():
    page = (FOLDER / 'README.md').read_text()
    report = build_report(records(), {}, 'results/report', '')
    tables = report.blocks(Table)
    for table in tables:
        assert table.markdown() in page, table.title
        text = (FOLDER / 'tables' / f'{table.key}.csv').read_text()
        assert table.csv() == text
    assert page.count('\n| :--') == len(tables)
    assert summary(records()) in page


def test_the_runs_are_rows_of_the_ledger():
    with (ROOT / 'results' / 'results.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    for record in records():
        assert any(
            row['config'] == f'configs/{record["recipe"]}.py'
            and row['seed'] == str(record['seed'])
            and row['commit'] == record['commit']
            and row['top1'] == f'{record["numbers"]["top1"]:.2f}'
            and row['ece'] == f'{record["numbers"]["ece"]:.2f}'
            for row in rows
        ), record['recipe']


def test_it_is_small():
    # index.html is made beside it and not committed
    files = [FOLDER / 'README.md', *FOLDER.glob('*/*')]
    size = sum(path.stat().st_size for path in files)
    assert size < 1.5 * 2**20
