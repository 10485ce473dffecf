import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / 'tools/analysis_tools/method_table.py'


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location('method_table', TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(*args):
    command = [sys.executable, str(TOOL), *args]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_table_in_the_readme_is_that_of_the_recipes():
    done = run('--check')
    assert done.returncode == 0, done.stderr


def test_every_method_has_a_row_with_its_title_and_data(tool):
    table = tool.table()
    for method in (p.parent.name for p in ROOT.glob('configs/*/README.md')):
        assert f'(configs/{method}/README.md)' in table
    row = next(x for x in table.splitlines() if 'configs/ce/' in x)
    assert 'CIFAR-100-LT' in row
    assert row.endswith('| 37.73 |')


def test_variants_of_a_folder_are_named(tool, tmp_path, monkeypatch):
    folder = tmp_path / 'configs' / 'x'
    folder.mkdir(parents=True)
    for name, text in (('a', '12.5 (a source)'), ('b', 'not known')):
        path = folder / f'{name}_{tool.REFERENCE}.py'
        path.write_text(f'"""Title.\n\nTheirs (accuracy): {text}.\n"""\n')
    monkeypatch.setattr(tool, 'ROOT', tmp_path)
    assert tool.published('x') == 'a 12.5, b -'


def test_a_stale_table_is_noticed(tool):
    text = f'a\n{tool.BEGIN}\nold\n{tool.END}\nb\n'
    new = tool.updated(text)
    assert new != text
    assert new.startswith('a\n')
    assert new.endswith('b\n')
    assert tool.updated(new) == new
    with pytest.raises(ValueError, match='methods: begin'):
        tool.updated('no marks')


def test_a_folder_without_family_is_named(tool, monkeypatch):
    monkeypatch.setattr(tool, 'FAMILIES', {'baseline': ['ce']})
    with pytest.raises(ValueError, match='bsce.*Edit FAMILIES'):
        tool.table()
