"""Name and head of a recipe say what it is."""

import ast
import inspect
import re

import pytest
from mmpretrain.registry import DATASETS

from mmlt.datasets.known_splits import KNOWN_SPLITS

from .recipes import CLASSES, RECIPES, ROOT, load

# any methods in front, any variant behind
NAME = re.compile(
    r'(?:[\w-]+_)?(resnet|resnext|vit)(\d*)(?:-[a-z0-9-]+)?_'
    rf'({"|".join(CLASSES)})(?:-ir(\d+))?(?:_[\w-]+)?'
)
# word of a name -> what the type of its backbone contains
NETWORKS = {
    'resnet': 'resnet',
    'resnext': 'resnext',
    'vit': 'visiontransformer',
}


def classes(cfg):
    return cfg.model.head.num_classes


@pytest.mark.parametrize('recipe', RECIPES, ids=str)
def test_recipe_is_twenty_lines_of_code_at_most(recipe):
    text = (ROOT / recipe).read_text()
    head = ast.get_docstring(ast.parse(text), clean=False)
    code = text.replace(head, '').splitlines()
    lines = [line for line in code if line.strip(' "')]
    assert len(lines) <= 20


@pytest.mark.parametrize('recipe', RECIPES, ids=str)
def test_head_of_a_recipe_says_what_it_is_and_how_to_run_it(recipe):
    head = ast.get_docstring(ast.parse((ROOT / recipe).read_text()))
    assert f'Run: python tools/train.py {recipe}' in head
    assert 'Ours' in head


def inner(dataset):
    """The data set inside the ones that select from it."""
    while 'dataset' in dataset:
        dataset = dataset.dataset
    return dataset


@pytest.mark.parametrize('recipe', RECIPES, ids=str)
def test_name_of_a_recipe_says_network_data_and_ratio(recipe):
    cfg = load(recipe)
    match = NAME.fullmatch(recipe.stem)
    assert match, recipe
    network, depth, data, ratio = match.groups()
    backbone = cfg.model.backbone.get('module', cfg.model.backbone)
    assert NETWORKS[network] in backbone.type.lower()
    assert depth or network == 'vit'
    if depth:
        in_type = re.search(r'\d+$', backbone.type)  # 'ResNet10'
        named = backbone.get('depth') or in_type[0]
        assert int(depth) == int(named)
    train, test = (
        inner(loader.dataset)
        for loader in (cfg.train_dataloader, cfg.test_dataloader)
    )
    assert DATASETS.get(train.type) is not None
    assert classes(cfg) == cfg.data_preprocessor.num_classes == CLASSES[data]
    if data in KNOWN_SPLITS:
        known = KNOWN_SPLITS[data]
        assert train.type == test.type
        kind = DATASETS.get(train.type)
        assert len(kind.METAINFO['classes']) == CLASSES[data]
        assert kind.known_name == data
        assert train.ann_file == known['train'].file
        # the test set of iNaturalist is the official validation set
        assert test.ann_file == known.get('test', known['val']).file
        return
    if data == 'images':
        assert train == dict(test, pipeline=cfg.train_pipeline)
        return
    assert train.type.lower() == test.type.lower() == data
    settings = inspect.signature(DATASETS.get(train.type)).parameters
    expected = int(ratio or settings['imbalance_ratio'].default)
    assert train.get('imbalance_ratio', expected) == expected
    assert (train.split, test.split) == ('train', 'test')


@pytest.mark.parametrize(
    ('name', 'groups'),
    [
        ('resnet32_cifar10lt', ('resnet', '32', 'cifar10lt', None)),
        ('bsce-drw_resnet32_cifar100lt-ir50_20e', ('resnet', '32')),
        ('sade_mixup_resnext50_inat18', ('resnext', '50', 'inat18', None)),
        ('resnet10_imagenetlt_post-hoc', ('resnet', '10', 'imagenetlt')),
        ('fcc_vit-base-p16_inat18', ('vit', '', 'inat18', None)),
        ('resnet32_cifar10', None),
        ('resnet32cifar10lt', None),
        ('convnext_cifar10lt', None),
    ],
)
def test_names_of_recipes(name, groups):
    match = NAME.fullmatch(name)
    if groups is None:
        assert match is None
    else:
        assert match.groups()[: len(groups)] == groups
