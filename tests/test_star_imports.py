"""What the packages export: the `__all__` of their modules, and no more."""

import ast
import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
STAR = re.compile(r'^from \.(\w+) import \*$', re.MULTILINE)
PACKAGES = sorted(
    path.parent
    for path in (ROOT / 'mmlt').rglob('__init__.py')
    if STAR.search(path.read_text())
)
MODULES = [
    module
    for package in PACKAGES
    for module in sorted(package.glob('*.py'))
    if module.name != '__init__.py'
    # an earlier place, whose names are those of another module
    and module != ROOT / 'mmlt' / 'evaluation' / 'posthoc.py'
]


def name_of(path):
    return '.'.join(path.relative_to(ROOT).with_suffix('').parts)


def assigned_all(module):
    """The list that a module assigns to `__all__`, None without one."""
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.Assign):
            names = [getattr(target, 'id', '') for target in node.targets]
            if '__all__' in names:
                return ast.literal_eval(node.value)
    return None


@pytest.mark.parametrize('module', MODULES, ids=name_of)
def test_every_module_says_what_is_public(module):
    public = assigned_all(module)
    assert public, (
        f'{name_of(module)} has no `__all__`, so that its package cannot '
        "star-import it. Add `__all__ = ['...']` below its imports."
    )
    assert public == sorted(set(public)), 'Sort `__all__`.'


@pytest.mark.parametrize('package', PACKAGES, ids=name_of)
def test_a_package_exports_what_its_modules_say(package):
    here = importlib.import_module(name_of(package))
    for module in STAR.findall((package / '__init__.py').read_text()):
        path = package / f'{module}.py'
        if path.exists():  # a package of its own is tested by itself
            assert set(assigned_all(path)) <= set(here.__all__)
    for name in here.__all__:
        value = getattr(here, name)
        assert not isinstance(value, ModuleType), name
        # nothing of torch, numpy or mmpretrain
        assert value.__module__.startswith('mmlt.'), name


@pytest.mark.parametrize('module', MODULES, ids=name_of)
def test_what_a_module_registers_is_imported_with_its_room(module):
    room = importlib.import_module('.'.join(name_of(module).split('.')[:2]))
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.ClassDef) and any(
            'register_module' in ast.unparse(decorator)
            for decorator in node.decorator_list
        ):
            assert node.name in room.__all__, (
                f'{room.__name__} does not know {node.name}. Add `from '
                f'.{module.stem} import *` to '
                f'{module.parent.relative_to(ROOT)}/__init__.py.'
            )


def test_the_oracle_is_not_imported_with_the_functions():
    text = (ROOT / 'mmlt/functional/__init__.py').read_text()
    assert 'from .mpmath_reference' not in text
