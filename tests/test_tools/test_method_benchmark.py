"""benchmarks/methods.py: every method has a row, and a step that works."""

import importlib

import pytest
import torch
from mmengine.registry import init_default_scope

from mmlt.runs.shipped import method_names, recipe_names
from tests.export_models import ROOT

NEWEST = [
    'balpoe',
    'cmo',
    'cuda',
    'disalign',
    'gpaco',
    'lade',
    'los',
    'mdcs',
    'mislas',
    'ride',
    'shike',
    'vs',
]


@pytest.fixture
def methods(monkeypatch):
    """The script as a module."""
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks'))
    return importlib.import_module('methods')


@pytest.mark.parametrize('data', ['cifar100lt', 'digitslt'])
def test_every_method_with_recipes_has_a_row(methods, data):
    rows = {name.partition(',')[0] for name in methods.recipes(data)}
    trained = {name for name in method_names() if recipe_names(name)}
    assert rows == trained - set(methods.LEFT_OUT)


@pytest.mark.parametrize('method', NEWEST)
def test_a_step_is_made(methods, method, tmp_path, monkeypatch):
    """Of the second stage where there are two: what is frozen stays."""
    init_default_scope('mmpretrain')
    built = []

    def build(settings, real=methods.MODELS.build):
        built.append(real(settings))
        return built[-1]

    monkeypatch.setattr(methods.MODELS, 'build', build)
    recipe = methods.recipes('digitslt')[method]
    step = methods.training_step(recipe, 'digitslt', tmp_path)
    model = built[-1]
    before = {k: p.clone() for k, p in model.named_parameters()}
    step()
    frozen = {k for k, p in model.named_parameters() if not p.requires_grad}
    changed = {
        k for k, p in model.named_parameters() if not torch.equal(p, before[k])
    }
    assert changed
    assert not changed & frozen
    assert bool(frozen) == (method in ('disalign', 'los', 'mislas', 'shike'))
