import subprocess
import sys
from pathlib import Path

import pytest

from mmlt.runs.recipes import applied_overlays, load_recipe
from tools.analysis_tools import method_table

ROOT = Path(__file__).parents[2]
TOOL = ROOT / 'tools/analysis_tools/method_table.py'


@pytest.fixture
def tool():
    return method_table


def run(*args):
    command = [sys.executable, str(TOOL), *args]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_tables_on_the_pages_are_those_of_the_recipes():
    done = run('--check')
    assert done.returncode == 0, done.stderr


def test_every_method_has_a_row_with_its_title_and_data(tool):
    table = tool.table()
    for method in (p.parent.name for p in ROOT.glob('configs/*/README.md')):
        assert f'(configs/{method}/README.md)' in table
    row = next(x for x in table.splitlines() if 'configs/ce/' in x)
    large = 'ImageNet-LT, Places-LT, iNaturalist 2018'
    assert row.endswith(f'| {large} | 37.73 |')
    assert tool.larger_sets('shike') == 'not own images'
    assert tool.larger_sets('lift').startswith(f'{large}; not CIFAR-10-LT')


def test_overlays_of_every_method_are_named_once(tool):
    assert tool.further_overlays('ce') == '`fcc`, `post-hoc-la`'
    assert tool.further_overlays('sade') == ''
    assert tool.further_overlays('focal_sam') == '`fcc`; not `sam`'
    text = (ROOT / 'configs/README.md').read_text()
    assert all(f'`{name}`' in text for name in tool.FOR_ALL)


def test_variants_of_a_folder_are_named(tool, tmp_path, monkeypatch):
    folder = tmp_path / 'configs' / 'x'
    folder.mkdir(parents=True)
    for name, text in (('a', '12.5 (a source)'), ('b', 'not known')):
        path = folder / f'{name}_{tool.REFERENCE}.py'
        path.write_text(f'"""Title.\n\nTheirs (accuracy): {text}.\n"""\n')
    monkeypatch.setattr(tool, 'ROOT', tmp_path)
    assert tool.reference_number('x') == 'a 12.5, b -'


def test_numbers_of_compositions_belong_to_their_method(tool):
    """Deferred balanced softmax is a variant of DRW, ratio 50 a column."""
    numbers = tool.published('drw')['bsce']
    assert numbers['cifar100lt', 100] == '41.82'
    assert numbers['cifar100lt', 50] == '46.49'
    assert tool.published('bsce')['']['cifar100lt', 50] == '46.55'
    assert set(tool.published('drs')) == {
        'class-balanced',
        'progressive',
        'square-root',
    }


def test_every_published_composition_is_a_recipe(tool):
    for row in tool.composed():
        overlays = row['with'].split()
        recipe = row['recipe']
        assert applied_overlays(load_recipe(recipe, overlays)) == overlays
        assert float(row['accuracy']) > 0
        assert row['source']


def test_a_stale_table_is_noticed(tool):
    text = 'a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n'
    new = tool.between(text, 'x', 'new')
    assert new == text.replace('old', 'new')
    with pytest.raises(ValueError, match='x: begin'):
        tool.between('no marks', 'x', 'new')


def test_a_folder_without_family_is_named(tool, monkeypatch):
    monkeypatch.setattr(tool, 'FAMILIES', {'baseline': ['ce']})
    with pytest.raises(ValueError, match='bsce.*Edit FAMILIES'):
        tool.table()
