"""Every table shows the ledger, and nothing else."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mmlt.cli.main import main
from mmlt.reproduce.earlier_settings import rows_of_earlier_settings
from mmlt.reproduce.groups import EARLIER
from mmlt.reproduce.ledger import Row, add_row, read_ledger
from mmlt.reproduce.methods import method_table
from mmlt.reproduce.plan import read_plan
from mmlt.reproduce.tables import cells_of, comparison, ours, rendered

ROOT = Path(__file__).parents[2]
ROW = Row('ce/a', [], 1, 200, {'top1': 40.0, 'ece': 30.0, 'few': None})
PLAN = """
sources: {paper: {text: a paper, url: https://example.org}}
runs: [{recipe: ce/a, published: {top1: 39, ece: 30.5}, source: paper}]
"""


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / 'plan.yaml'
    path.write_text(PLAN)
    return read_plan(path)


def cells(text, name):
    (line,) = [x for x in text.splitlines() if x.startswith(f'| {name} |')]
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_tables_of_this_project_are_those_of_its_ledger():
    """Run `mmlt reproduce render` where this fails."""
    ledger = ROOT / 'results' / 'ledger.jsonl'
    rows = read_ledger(ledger)
    plan = read_plan(ROOT / 'results' / 'plan.yaml')
    assert len(rows) >= 12
    files = rendered(rows, plan, ROOT, rows_of_earlier_settings(ledger))
    assert len([path for path in files if path.suffix == '.py']) >= 150
    stale = [p for p, text in files.items() if p.read_text() != text]
    assert stale == []


def test_one_seed_has_no_spread(plan):
    found = cells(comparison([ROW], plan), 'ce/a')
    assert found[1:6] == ['full', '1', '40.00', '39', '+1.00']
    assert found[6:] == [
        '- / - / -',
        '30.00',
        '30.5',
        '[a paper](https://example.org)',
    ]


def test_three_seeds_are_judged_by_their_spread(plan):
    rows = [
        replace(ROW, seed=seed, metrics={'top1': top1, 'many': 60.0 + seed})
        for seed, top1 in ((1, 40.0), (2, 41.0), (3, 42.0))
    ]
    found = cells(comparison(rows, plan), 'ce/a')
    assert found[2:6] == ['3', '41.00 ± 1.00', '39', '+2.00 (+2.0 s)']
    assert found[6] == '62.00 / - / -'


def test_last_row_of_a_seed_counts(plan):
    rows = [ROW, replace(ROW, metrics={'top1': 50.0}, code_hash='new')]
    assert cells(comparison(rows, plan), 'ce/a')[2:4] == ['1', '50.00']


def test_protocols_and_variants_are_lines_of_their_own(plan):
    rows = [
        ROW,
        replace(ROW, protocol='short', overlays=['short']),
        replace(ROW, overlays=['fcc'], options={'model.neck.1.gamma': 0.5}),
        replace(ROW, overlays=['held-out']),
    ]
    text = comparison(rows, plan)
    assert len(text.splitlines()) == 2 + 3
    assert cells(text, 'ce/a+short')[4] == '-'
    assert cells(text, 'ce/a+fcc+gamma=0.5')


def test_head_of_a_recipe_says_what_came_out():
    assert ours([ROW], 'ce/a') == '40.00 (results/README.md)'
    assert ours([ROW], 'ce/b') == 'not run yet'
    short = replace(ROW, protocol='short')
    assert ours([short], 'ce/a') == 'not run yet'
    fast = replace(ROW, protocol='fast', overlays=['fast'])
    assert ours([fast], 'ce/a') == '40.00, 40 epochs (results/README.md)'
    assert ours([fast, ROW], 'ce/a') == '40.00 (results/README.md)'
    pixels = [
        replace(ROW, recipe='vmf_seg/a', seed=seed, metrics={'mIoU': value})
        for seed, value in ((1, 40.0), (2, 42.0))
    ]
    said = ours([ROW, *pixels], 'vmf_seg/a')
    assert said == '41.00 ± 1.41 (docs/segmentation.md)'


def test_page_of_a_method_has_its_runs_alone():
    rows = [
        replace(ROW, protocol='fast', overlays=['fast']),
        replace(ROW, recipe='cel/a'),
        replace(ROW, overlays=['held-out']),
        ROW,
    ]
    lines = method_table(rows, 'ce').splitlines()[4:]
    assert [line.split(' | ')[:4] for line in lines] == [
        ['| a', 'of the recipe', '1', '40.00'],
        [
            '| a+fast',
            '[40 epochs](../../docs/results.md#the-fast-protocol)',
            '1',
            '40.00',
        ],
    ]
    assert method_table(rows, 'fcc') == 'Ours: not run yet.'


@pytest.fixture
def project(tmp_path):
    """A project with one recipe and an empty ledger."""
    top = tmp_path / 'project'
    (top / 'configs' / 'ce').mkdir(parents=True)
    (top / 'configs' / 'ce' / 'a.py').write_text('"""Ours: not run yet."""\n')
    (top / 'configs' / 'ce' / 'README.md').write_text(
        '<!-- ours: begin --><!-- ours: end -->\n'
    )
    shutil.copytree(ROOT / 'results', top / 'results')
    (top / 'docs').mkdir()
    for page in ('results.md', 'segmentation.md'):
        shutil.copy(ROOT / 'docs' / page, top / 'docs')
    (top / 'results' / 'ledger.jsonl').unlink()
    (top / 'results' / 'plan.yaml').write_text(PLAN)
    return top


def render(project, *more):
    return main(
        ['reproduce', 'render', *more]
        + ['--ledger', str(project / 'results' / 'ledger.jsonl')]
        + ['--plan', str(project / 'results' / 'plan.yaml')]
    )


def test_command_writes_what_is_stale_and_says_so(project, capsys):
    add_row(project / 'results' / 'ledger.jsonl', ROW)
    assert render(project, '--check') == 1
    assert 'stale: ' in capsys.readouterr().out
    assert render(project) == 0
    assert 'configs/ce/a.py' in capsys.readouterr().out
    head = (project / 'configs' / 'ce' / 'a.py').read_text()
    assert head == '"""Ours: 40.00 (results/README.md)."""\n'
    page = (project / 'configs' / 'ce' / 'README.md').read_text()
    assert '| a | of the recipe | 1 | 40.00 |' in page
    lines = (project / 'results' / 'results.csv').read_text().splitlines()
    assert lines[1].startswith('configs/ce/a.py,,,full,1,200,40.00,')
    assert render(project, '--check') == 0
    assert render(project) == 0
    assert 'nothing to write' in capsys.readouterr().out


def test_a_ledger_in_no_checkout_is_said(plan, tmp_path):
    page = tmp_path / 'results/README.md'
    said = f'a ledger in the folder .* there is no {page}. Name that'
    with pytest.raises(FileNotFoundError, match=said):
        rendered([], plan, tmp_path)


def test_command_shows_where_every_run_stands(project, capsys):
    plan = project / 'results' / 'plan.yaml'
    plan.write_text('runs: [{recipe: ce/resnet20_digitslt, seeds: [1, 2]}]\n')
    add_row(
        project / 'results' / 'ledger.jsonl',
        replace(ROW, recipe='ce/resnet20_digitslt'),
    )
    arguments = ['--plan', str(plan), '--root', str(project / 'runs')]
    arguments += ['--ledger', str(project / 'results' / 'ledger.jsonl')]
    assert main(['reproduce', 'status', *arguments]) == 0
    text = capsys.readouterr().out
    assert cells(text, 'ce/resnet20_digitslt@1')[2:4] == ['stale', '0/40']
    assert cells(text, 'ce/resnet20_digitslt@2')[2:4] == ['waiting', '0/40']
    with pytest.raises(SystemExit, match="'vmf.' fits none"):
        main(['reproduce', 'status', *arguments, '--only', 'vmf*'])


def test_rows_of_a_recipe_that_has_changed_are_marked(plan):
    rows = [replace(ROW, digest='old')]
    text = comparison(rows, plan, {'old'})
    assert cells(text, 'ce/a †')[3] == '40.00'
    assert text.endswith(f'\n\n† {EARLIER}.')
    table = method_table(rows, 'ce', {'old'})
    assert cells(table, 'a †')[3] == '40.00'
    assert table.endswith(f'\n\n† {EARLIER}.')
    said = ours(rows, 'ce/a', {'old'})
    assert said == '40.00, earlier settings (results/README.md)'
    assert cells_of(rows[0], {'old'})[-1] == 'earlier settings'
    noted = replace(rows[0], note='on a laptop')
    assert cells_of(noted, {'old'})[-1] == 'on a laptop; earlier settings'
    assert cells_of(noted)[-1] == 'on a laptop'


def test_no_mean_is_over_a_recipe_and_what_it_was_before(plan):
    rows = [
        replace(ROW, digest='old'),
        replace(ROW, digest='new', seed=2, metrics={'top1': 50.0}),
    ]
    for earlier, expected in (({'old'}, '50.00'), ((), '45.00 ± 7.07')):
        assert cells(comparison(rows, plan, earlier), 'ce/a')[3] == expected
        assert cells(method_table(rows, 'ce', earlier), 'a')[3] == expected
        said = ours(rows, 'ce/a', earlier)
        assert said == f'{expected} (results/README.md)'
