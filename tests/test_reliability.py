"""Each promise of docs/reliability.md has a test that exists, and a figure."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / 'docs/reliability.md'
SECTIONS = [
    'Safe checkpoints',
    'Nothing lost',
    'Sets',
    'Networks and hooks',
    'Numbers',
    'Settings',
    'As published',
    'Tried hard',
]
HEAD = ['promise', 'test', 'last figure']


def cells(line):
    return [cell.strip() for cell in line.strip('|').split('|')]


def tables():
    """Title of a section -> rows of its table."""
    found = {}
    for text in PAGE.read_text().split('\n## ')[1:]:
        title, _, body = text.partition('\n')
        lines = [x for x in body.splitlines() if x.startswith('|')]
        assert cells(lines[0]) == HEAD, title
        found[title] = [cells(line) for line in lines[2:]]
    return found


ROWS = [
    pytest.param(row, id=f'{title}: {row[0]}'[:60])
    for title, rows in tables().items()
    for row in rows
]


def names_in(path):
    """Names as pytest writes them, from the text alone: no import."""
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            names |= {
                f'{node.name}::{inner.name}'
                for inner in node.body
                if isinstance(inner, ast.FunctionDef)
            }
    return names


def test_every_area_has_its_promises():
    found = tables()
    assert list(found) == SECTIONS
    assert all(found.values())


@pytest.mark.parametrize('row', ROWS)
def test_a_promise_has_a_test_and_a_figure(row):
    promise, test, figure = row
    assert promise.endswith('.')
    assert figure
    for name in re.findall(r'`([^`]+)`', test):
        path, _, function = name.partition('::')
        assert (ROOT / 'tests' / path).is_file(), name
        assert function in names_in(ROOT / 'tests' / path), name
        assert function.split('::')[-1].startswith('test_'), name
    assert re.fullmatch(r'`[^`]+`(, `[^`]+`)*', test), test


def test_a_file_of_figures_exists():
    for name in re.findall(
        r'benchmarks/results/[\w-]+\.json', PAGE.read_text()
    ):
        assert (ROOT / name).is_file(), name
