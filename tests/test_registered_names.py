"""What a registered part owes its reader: a test, a row on a page, a source.

Found by walking the registries; a new part needs no line here.
"""

import re
from pathlib import Path

import mmengine.registry
import mmpretrain.registry
import pytest
from mmengine.registry import Registry

import mmlt.datasets
import mmlt.engine
import mmlt.evaluation
import mmlt.models  # noqa: F401

ROOT = Path(__file__).parents[1]


def registered():
    """{class: registry} of every part that mmlt has registered."""
    found = {}
    for parent in (mmpretrain.registry, mmengine.registry):
        for name, registry in vars(parent).items():
            if isinstance(registry, Registry):
                for kind in registry.module_dict.values():
                    if kind.__module__.startswith('mmlt.'):
                        found[kind] = name
    return found


KINDS = registered()
KINDS_BY_NAME = {kind.__name__: kind for kind in KINDS}
NAMES = {kind.__name__: registry for kind, registry in KINDS.items()}
# without a paper: they serve the training, and say how in their docstring
INFRASTRUCTURE = ('mmlt.engine.', 'mmlt.evaluation.evaluator')


def test_the_walk_finds_every_kind_of_part():
    assert set(KINDS.values()) >= {
        'DATASETS',
        'DATA_SAMPLERS',
        'EVALUATORS',
        'FUNCTIONS',
        'HOOKS',
        'METRICS',
        'MODELS',
        'OPTIM_WRAPPERS',
        'STRATEGIES',
        'VISBACKENDS',
    }
    assert len(KINDS) > 60


def snake_case(name):
    name = re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', name)
    return re.sub(r'(?<=[A-Z])(?=[A-Z][a-z])', '_', name).lower()


@pytest.mark.parametrize('name', sorted(KINDS_BY_NAME))
def test_it_has_a_test_in_the_file_of_its_name(name):
    *folders, module = KINDS_BY_NAME[name].__module__.split('.')[1:]
    folder = Path('tests', *(f'test_{f}' for f in folders))
    # a name that a test of another room has is that of the class instead
    names = [f'test_{module}.py', f'test_{snake_case(name)}.py']
    there = [folder / n for n in names if (ROOT / folder / n).exists()]
    assert there, f'Write {folder / names[0]} for {name}.'
    assert any(
        re.search(rf'\b{name}\b', (ROOT / path).read_text()) for path in there
    ), f'{there[0]} does not mention {name}.'


def rows():
    """Rows of the tables of all pages."""
    pages = [ROOT / 'README.md']
    for folder in ('configs', 'docs', 'benchmarks'):
        pages += (ROOT / folder).rglob('*.md')
    for page in pages:
        for line in page.read_text().splitlines():
            if line.startswith('|'):
                yield line


ROWS = '\n'.join(rows())


@pytest.mark.parametrize('name', sorted(KINDS_BY_NAME))
def test_it_stands_in_a_row_of_a_page(name):
    file = KINDS_BY_NAME[name].__module__.replace('.', '/') + '.py'
    assert re.search(rf'\b{name}\b', ROWS) or file in ROWS, (
        f'No table of README.md, docs/ or configs/*/README.md names {name}. '
        f'Add `{file}` to the table "Where it lives" of its method.'
    )


@pytest.mark.parametrize('name', sorted(KINDS_BY_NAME))
def test_it_names_its_source(name):
    kind = KINDS_BY_NAME[name]
    text = kind.__doc__
    if kind.__module__.startswith(INFRASTRUCTURE):
        # more than a name: why it is there, or what it costs
        assert len(text.split('\n\n')) > 1, f'{name}: say why it exists.'
    else:
        assert 'Source:' in text, (
            f'{name} has no `Source:`. Name the paper with its address, or '
            'say `Ours: ...` and what for.'
        )


# parts of models that no recipe names, and why
WITHOUT_RECIPE = {
    'BatchGradedAugment': 'built by CurriculumDataPreprocessor',
    'CalibratedClsHead': 'written by calibrate-overlap, for testing alone',
    'CausalClsHead': 'tests a trained head; the overlap reads it',
    'ParallelBackbones': 'built by NCLClassifier',
}
RECIPES = '\n'.join(
    path.read_text() for path in (ROOT / 'configs').rglob('*.py')
)


@pytest.mark.parametrize(
    'name', sorted(n for n, registry in NAMES.items() if registry == 'MODELS')
)
def test_a_recipe_uses_it(name):
    used = re.search(rf'[\'"]{name}[\'"]', RECIPES) is not None
    assert used != (name in WITHOUT_RECIPE), (
        f'No recipe names {name}. Write one in configs/, or say above why '
        'there is none.'
    )
