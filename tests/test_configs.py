"""Every recipe loads, builds, makes a training step, and is short."""

import ast
import copy
import re
from functools import cache
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import DATASETS, MODELS

from mmlt.datasets.known_splits import KNOWN_SPLITS
from mmlt.structures import BatchDataSample

ROOT = Path(__file__).parents[1]
RECIPES = sorted(
    p.relative_to(ROOT)
    for p in (ROOT / 'configs').rglob('*.py')
    if not {'_base_', '_with_'} & set(p.parts)
)


CLASSES = {
    'cifar10lt': 10,
    'cifar100lt': 100,
    'digitslt': 10,
    'imagenetlt': 1000,
    'inat18': 8142,
    'placeslt': 365,
}


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


@cache
def parsed(recipe):
    return Config.fromfile(ROOT / recipe)


def load(recipe):
    cfg = copy.deepcopy(parsed(Path(recipe)))
    if 'module' in cfg.model.backbone:
        # a network inside another (LoRA) reads its weights when it is built
        del cfg.model.backbone.module.init_cfg
    return cfg


def classes(cfg):
    return cfg.model.head.num_classes


def untrained_teacher(cfg, folder):
    """Put a teacher's checkpoint where the config looks for one."""
    if 'teacher' in cfg.model:
        teacher = MODELS.build(dict(cfg.model.teacher))
        path = folder / 'teacher.pth'
        torch.save({'state_dict': teacher.state_dict()}, path)
        cfg.model.teacher_checkpoint = str(path)


# network, losses and augmentation -> the recipe that trained them first
TRAINED = {}


@pytest.mark.parametrize('recipe', RECIPES, ids=str)
def test_recipe_makes_a_training_step(recipe, tmp_path):
    cfg = load(recipe)
    same = repr((cfg.model, cfg.data_preprocessor))
    if TRAINED.setdefault(same, recipe) != recipe:
        return  # it differs in data or schedule alone
    untrained_teacher(cfg, tmp_path)
    if 'module' in cfg.model.backbone:
        cfg.model.backbone.module.img_size = 32
    if cfg.model.backbone.get('depth') == 152 and 'num_experts' in cfg.model:
        cfg.model.backbone.depth = 50  # three of them, or six
        if 'contrast' in cfg.model:
            cfg.model.contrast.queue_size = 64  # published: 800 MB
    model = MODELS.build({**cfg.model, 'data_preprocessor': None})
    preprocessor = MODELS.build(cfg.data_preprocessor)
    counts = torch.arange(classes(cfg), 0, -1)
    for part in [*model.modules(), *preprocessor.modules()]:
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(counts)
        if hasattr(part, 'set_progress'):
            part.set_progress(10**6, 10**6 + 1)
    size = 8 if 'digits' in recipe.name else 32
    batch = {
        'inputs': torch.randint(0, 256, (8, 3, size, size)).byte(),
        'data_samples': [BatchDataSample(gt_label=torch.arange(8))],
    }
    losses = model(**preprocessor(batch, training=True), mode='loss')
    loss = sum(v for k, v in losses.items() if 'loss' in k)
    assert loss.isfinite()
    loss.backward()
    assert all(
        p.grad is not None and p.grad.isfinite().all()
        for p in model.parameters()
        if p.requires_grad
    )


@pytest.mark.parametrize('recipe', RECIPES, ids=str)
def test_a_test_measures_what_the_training_did_and_everything_else(recipe):
    cfg = parsed(recipe)
    metrics = list(cfg.test_evaluator.metrics)
    metrics.remove(dict(type='LongTailMetric'))
    assert metrics == cfg.val_evaluator.metrics
    assert metrics[0] == dict(type='Accuracy', topk=(1,))


@pytest.mark.parametrize('recipe', RECIPES, ids=str)
def test_recipe_is_twenty_lines_at_most(recipe):
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
    assert train.type.lower() == test.type.lower() == data
    expected = 20 if data == 'digitslt' else int(ratio or 100)
    assert train.imbalance_ratio == expected
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


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
@pytest.mark.parametrize('ratio', ['', '-ir50'])
def test_fcc_differs_from_its_twin_by_the_neck_alone(data, ratio):
    name = f'resnet32_{data}{ratio}.py'
    ours, twin = (load(f'configs/{m}/{name}') for m in ('fcc', 'ce'))
    fcc = ours.model.neck.pop()
    gamma = 0.5 if data == 'cifar10lt' else 1.0
    assert fcc == dict(type='FCCNeck', gamma=gamma, begin=50)
    assert ours.to_dict() == twin.to_dict()


def learning_rates(recipe):
    """Of each epoch, and the settings of the optimizer."""
    from mmengine.optim import OptimWrapper
    from mmengine.registry import PARAM_SCHEDULERS

    cfg = load(recipe)
    settings = dict(cfg.optim_wrapper.optimizer)
    assert settings.pop('type') == 'SGD'
    net = torch.nn.Linear(1, 1)
    sgd = torch.optim.SGD(net.parameters(), **settings)
    wrapper = OptimWrapper(optimizer=sgd)
    schedulers = [
        PARAM_SCHEDULERS.build({**s, 'optimizer': wrapper})
        for s in cfg.param_scheduler
    ]
    rates = []
    for _ in range(cfg.train_cfg.max_epochs):
        rates.append(sgd.param_groups[0]['lr'])
        for scheduler in schedulers:
            scheduler.step()
    return rates, sgd.defaults


@pytest.mark.parametrize(
    ('recipe', 'epochs'),
    [
        ('configs/ce/resnet32_cifar10lt.py', 200),
        ('configs/mixup/resnet32_cifar10lt.py', 400),
    ],
)
def test_learning_rate_of_the_cifar_schedule(recipe, epochs):
    """Per epoch, as in the published code (which counts from 1).

    https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/configs/cao_cifar/baseline/cifar10_im100.yaml#L28-L42
    """
    rates, settings = learning_rates(recipe)
    assert settings['nesterov']
    assert settings['weight_decay'] == 2e-4
    assert len(rates) == epochs
    first, second = (159, 179) if epochs == 200 else (319, 359)
    expected = [0.1 * f for f in (7 / 15, 9 / 15, 11 / 15, 13 / 15, 1)]
    assert rates[:5] == pytest.approx(expected, rel=1e-12)
    expected = [0.1] * (first - 5)
    assert rates[5:first] == pytest.approx(expected, rel=1e-12)
    expected = [1e-3] * (second - first)
    assert rates[first:second] == pytest.approx(expected, rel=1e-12)
    expected = [1e-5] * (epochs - second)
    assert rates[second:] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt', 'digitslt'])
@pytest.mark.parametrize('method', ['mixup', 'manifold_mixup', 'remix'])
def test_mixing_with_fcc_differs_from_its_twin_by_the_neck_alone(method, data):
    network = 'resnet20' if data == 'digitslt' else 'resnet32'
    twin = load(f'configs/{method}/{network}_{data}.py')
    name = f'{method.replace("_", "-")}_{network}_{data}.py'
    ours = load(f'configs/fcc/{name}')
    fcc = ours.model.neck.pop()
    assert fcc.type == 'FCCNeck'
    assert ours.to_dict() == twin.to_dict()
    plain = load(f'configs/ce/{network}_{data}.py')
    changed = {k for k in twin if twin[k] != plain[k]}
    allowed = {'param_scheduler', 'train_cfg'}
    allowed |= {'model' if method == 'manifold_mixup' else 'data_preprocessor'}
    assert changed <= allowed


@pytest.mark.parametrize('recipe', RECIPES, ids=str)
def test_learning_rate_is_for_the_batch_of_the_recipe(recipe):
    """So --auto-scale-lr leaves the rate of one process alone."""
    cfg = load(recipe)
    batch = cfg.train_dataloader.batch_size
    batch *= cfg.optim_wrapper.get('accumulative_counts', 1)
    assert cfg.auto_scale_lr.base_batch_size == batch


@pytest.mark.parametrize('recipe', RECIPES, ids=str)
def test_head_of_a_recipe_says_whether_it_was_run(recipe):
    """It points to the ledger where the ledger has a row, and only there."""
    ledger = (ROOT / 'results' / 'results.csv').read_text()
    measured = any(
        line.startswith(f'{recipe},') for line in ledger.splitlines()
    )
    text = (ROOT / recipe).read_text()
    assert ('Ours: results/README.md' in text) == measured
    assert ('Ours: not run yet' in text) != measured
