"""Every formula and every part says where it is from, and can be followed."""

import ast
import re
from pathlib import Path

import pytest

import mmlt.functional

ROOT = Path(__file__).parents[1]
HAS_SOURCE = re.compile(r'^ *Source:\n((?: +.*\n?| *\n)+)', re.MULTILINE)
# what is no paper's says so; the rest has an address
OWN = ('Ours', 'Textbook', 'As :')
LINK = re.compile(r'https://[^\s)>"\']+[^\s)>"\'.,;:]')


def docstrings():
    """Name and docstring of every class and function of the package."""
    for path in sorted((ROOT / 'mmlt').rglob('*.py')):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node)
                if text and 'Source:' in text:
                    where = path.relative_to(ROOT)
                    yield pytest.param(text, id=f'{where}:{node.name}')


@pytest.mark.parametrize('name', mmlt.functional.__all__)
def test_every_public_function_names_its_source(name):
    text = getattr(mmlt.functional, name).__doc__
    assert text, name
    assert 'Source:' in text, (
        f'mmlt.functional.{name} has no `Source:`. Name the paper with its '
        'address, or say `Ours: ...` or `Textbook: ...` and why it is right.'
    )


@pytest.mark.parametrize('text', docstrings())
def test_a_source_can_be_followed(text):
    found = HAS_SOURCE.search(text + '\n')
    assert found, '`Source:` stands on a line of its own'
    source = found[1].strip()
    assert LINK.search(source) or source.startswith(OWN), (
        f'Expected an address (https://...), `Ours: ...` or `Textbook: ...`, '
        f'but got: {source}'
    )


def texts():
    """Files of the project that may point to other people's code."""
    for folder in ('mmlt', 'tests', 'configs', 'docs', 'tools', 'benchmarks'):
        for path in (ROOT / folder).rglob('*'):
            if path.suffix in ('.py', '.md', '.yml') and path.is_file():
                yield path
    yield from ROOT.glob('*.md')


def test_links_to_code_name_a_commit():
    """A link to a branch shows other lines next year."""
    loose = [
        f'{path.relative_to(ROOT)}: {link}'
        for path in texts()
        for link in LINK.findall(path.read_text())
        if re.search(r'github\.com/[^/]+/[^/]+/(blob|tree)/', link)
        and not re.search(r'/(blob|tree)/[0-9a-f]{40}(/|$)', link)
    ]
    assert not loose


@pytest.mark.parametrize(
    'readme',
    sorted((ROOT / 'configs').glob('[a-z]*/README.md')),
    ids=lambda path: path.parent.name,
)
def test_a_method_names_its_paper_and_the_code_that_was_read(readme):
    text = readme.read_text()
    paper = re.search(r'^Paper: (.*)$', text, re.MULTILINE)
    assert paper, f'{readme}: add a line `Paper: Authors, [title](address).`'
    assert re.search(r'\[[^\]]+\]\(https://[^)]+\), ', paper[1]), paper[1]
    code = re.search(r'^Code read: (.*)$', text, re.MULTILINE)
    assert code, f'{readme}: add `Code read: ...`, or `Code read: none.`'
    links = LINK.findall(code[1])
    assert links or code[1].startswith('none'), code[1]
    assert all(re.search(r'/tree/[0-9a-f]{40}$', link) for link in links)
