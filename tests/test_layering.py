"""The structure: who may import whom, what is registered, what is said."""

import ast
import importlib
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / 'mmlt'

# what is below all rooms but `functional`
BASE = {'environment', 'parents'}
# room -> what of ours it may import, beside BASE, and star_imports in
# __init__.py
MAY_IMPORT = {
    'functional': set(),
    'structures': set(),
    'checkpoints': {'fileio'},
    'datasets': {'functional', 'structures', 'checkpoints'},
    'models': {'functional', 'structures', 'weights'},
    'evaluation': {'functional', 'structures', 'models'},
    'engine': {
        'functional',
        'structures',
        'datasets',
        'checkpoints',
        'fileio',
        'signals',
        'weights',
    },
    'runs': {
        'functional',
        'structures',
        'datasets',
        'engine',
        'models',
        'fileio',
        'weights',
        'checkpoints',
        'signals',
    },
    'posthoc': {
        'functional',
        'structures',
        'models',
        'fileio',
        'evaluation',
        'runs',
        'checkpoints',
    },
    'export': {
        'functional',
        'structures',
        'models',
        'posthoc',
        'runs',
        'fileio',
        'checkpoints',
    },
    'visualization': set(),
    'predictions': {
        'functional',
        'structures',
        'fileio',
        'checkpoints',
        'datasets',
        'evaluation',
        'runs',
    },
    'report': {
        'functional',
        'structures',
        'runs',
        'fileio',
        'evaluation',
        'visualization',
    },
    'dense': {'functional', 'models', 'evaluation', 'fileio', 'operators'},
    'projects': {'functional', 'datasets', 'runs', 'fileio', 'version'},
    'reproduce': {
        'checkpoints',
        'functional',
        'runs',
        'evaluation',
        'report',
        'fileio',
        'version',
    },
    'zoo': {
        'checkpoints',
        'datasets',
        'posthoc',
        'evaluation',
        'export',
        'fileio',
        'reproduce',
        'runs',
        'weights',
    },
    # the top: it calls all rooms, and none calls it
    'cli': {
        'functional',
        'structures',
        'datasets',
        'evaluation',
        'engine',
        'models',
        'runs',
        'posthoc',
        'predictions',
        'export',
        'visualization',
        'report',
        'reproduce',
        'projects',
        'zoo',
        'fileio',
        'version',
        'checkpoints',
        'signals',
    },
}
# room -> modules of another room beside which it may import none
PARTS = {
    ('report', 'runs'): {'folder', 'log', 'record', 'dump'},
    ('predictions', 'runs'): {'dump'},
    ('predictions', 'datasets'): {'plain_pickle'},
}
FUNCTIONAL_MAY_IMPORT = {
    'collections',
    'difflib',
    'fractions',
    'functools',
    'math',
    'mmlt',
    'numbers',
    'numpy',
    'torch',
    'typing',
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def modules(room):
    return sorted((PACKAGE / room).rglob('*.py'))


@pytest.mark.parametrize('room', MAY_IMPORT)
def test_imports_point_towards_functional(room):
    for path in modules(room):
        for name in imported(path):
            parts = name.split('.')
            if path.name == '__init__.py' and name == 'mmlt.star_imports':
                continue
            if parts[0] == 'mmlt' and len(parts) > 1 and parts[1] != room:
                if parts[1] in BASE and room != 'functional':
                    continue
                assert parts[1] in MAY_IMPORT[room], f'{path}: {name}'
                known = PARTS.get((room, parts[1]))
                assert known is None or parts[2] in known, f'{path}: {name}'


def test_functional_imports_torch_and_numpy_alone():
    for path in modules('functional'):
        if path.name == 'mpmath_reference.py':
            continue
        names = {name.split('.')[0] for name in imported(path)}
        assert names <= FUNCTIONAL_MAY_IMPORT, f'{path}: {names}'


def test_every_room_is_known_to_this_test():
    rooms = {p.parent.name for p in PACKAGE.glob('*/__init__.py')}
    assert rooms <= set(MAY_IMPORT)


def test_registered_names_do_not_replace_those_of_the_parent():
    from mmpretrain import registry

    # every checkpoint that mmengine loads is to be read as data
    loader = PACKAGE / 'checkpoints/__init__.py'
    for path in PACKAGE.rglob('*.py'):
        assert path == loader or 'force=True' not in path.read_text(), path
    for name in ('MODELS', 'DATASETS', 'HOOKS', 'METRICS', 'DATA_SAMPLERS'):
        for key, kind in getattr(registry, name).module_dict.items():
            if kind.__module__.startswith('mmlt.'):
                assert key == kind.__name__


def test_public_names_have_a_docstring():
    for room in [*MAY_IMPORT, 'dense.detection']:
        needs = {'dense': 'mmseg', 'dense.detection': 'mmdet'}.get(room)
        if needs and not importlib.util.find_spec(needs):
            continue
        module = importlib.import_module(f'mmlt.{room}')
        for name in getattr(module, '__all__', ()):
            assert getattr(module, name).__doc__, f'mmlt.{room}.{name}'


def pages():
    """Markdown files of the project, not of what is installed in it."""
    for top in ROOT.iterdir():
        if top.suffix == '.md':
            yield top.relative_to(ROOT)
        elif top.name in ('configs', 'docs', 'results', 'benchmarks'):
            yield from (p.relative_to(ROOT) for p in top.rglob('*.md'))


@pytest.mark.parametrize('page', sorted(pages()), ids=str)
def test_paths_named_on_a_page_exist(page):
    text = (ROOT / page).read_text()
    # commands of an earlier commit name what was there
    text = re.sub(r'```[^`]*\bgit checkout [0-9a-f]{7,}[^`]*```', '', text)
    text = re.sub(
        r'https?://[^\s)]*', 'https:', text
    )  # paths of other repositories
    named = re.findall(
        r'\b((?:mmlt|configs|tools|tests|benchmarks|results|docs)/'
        r'[\w./-]*\w)',
        text,
    )
    here = (ROOT / page).parent
    links = re.findall(r'\]\((?!https?:|#|mailto:)([^)#]+)', text)
    for path in named:
        assert (ROOT / path).exists(), f'{page} names {path}'
    for path in links:
        assert (here / path).exists(), f'{page} links {path}'
