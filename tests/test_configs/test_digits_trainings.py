"""Every recipe on the digits trains, is saved, and is read again.

A new recipe ``configs/<method>/*digitslt*.py`` is found by itself. It sees a
few images of each class, for two steps an epoch. What begins in some epoch
(``begin``) begins in the second here. A checkpoint that a recipe names as
``work_dirs/<method>/<recipe>/epoch_<n>.pth`` comes from that recipe, trained
the same way.
"""

import functools
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.runner import Runner
from mmpretrain.registry import MODELS

from mmlt import load_recipe
from mmlt.datasets import DigitsLT
from mmlt.models import DeferredLoss, FCCNeck

from .recipes import COMPOSITIONS

ROOT = Path(__file__).parents[2]
RECIPES = sorted(
    (path.relative_to(ROOT).as_posix(), ())
    for path in ROOT.glob('configs/*/*digitslt*.py')
    if not {'_base_', '_with_'} & set(path.parts)
)
COMPOSED = sorted(
    (f'configs/{recipe}.py', overlays)
    for recipe, overlays in COMPOSITIONS
    if 'digitslt' in recipe
)
# images of each class: a long tail of 71, five of the rarest
COUNTS = (10, 9, 9, 8, 7, 6, 6, 6, 5, 5)
CHECKPOINT = re.compile(r'(?:.*/)?work_dirs/([\w-]+)/([\w-]+)/[\w-]+\.pth')


@pytest.fixture(autouse=True)
def _no_pretty_configs(monkeypatch):
    """Leave out what takes most of the time: laying out the config's text."""
    monkeypatch.setattr(
        'yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, True)
    )


@functools.cache
def few_rows(split):
    """Rows of a split of the digits with a few images of every class."""
    labels = DigitsLT(split=split, pipeline=[]).get_gt_labels()
    return np.concatenate(
        [np.flatnonzero(labels == c)[:n] for c, n in enumerate(COUNTS)]
    ).tolist()


def settings_of(cfg):
    """All the dicts in a config."""
    if isinstance(cfg, dict):
        yield cfg
        cfg = list(cfg.values())
    if isinstance(cfg, (list, tuple)):
        for part in cfg:
            yield from settings_of(part)


def shortened(recipe, work_dir, checkpoint_of, overlays=()):
    cfg = load_recipe(ROOT / recipe, overlays)
    cfg.work_dir = str(work_dir)
    cfg.experiment_name = str(work_dir).replace('/', '-')
    cfg.log_level = 'ERROR'
    cfg.param_scheduler = []
    cfg.train_cfg = dict(by_epoch=True, max_epochs=1, val_interval=1)
    cfg.train_dataloader.batch_size = 24
    for part in settings_of(cfg._cfg_dict):
        if part.get('type') == 'DigitsLT':
            part.indices = few_rows(part.get('split', 'train'))
        if part.get('begin', 0):
            part.begin = 1
            cfg.train_cfg.max_epochs = 2
        for key, value in part.items():
            match = (
                CHECKPOINT.fullmatch(value)
                if (isinstance(value, str))
                else None
            )
            if match:
                named = Path('configs') / match[1] / f'{match[2]}.py'
                part[key] = checkpoint_of(named)
    first = cfg.get('first_stage') or {}
    if 'checkpoint_key' in first:
        named = Path('configs') / first.config.removeprefix('mmlt::')
        cfg.merge_from_dict({first.checkpoint_key: checkpoint_of(named)})
    return cfg


def trained(recipe, work_dir, checkpoint_of, overlays=()):
    cfg = shortened(recipe, work_dir, checkpoint_of, overlays)
    runner = Runner.from_cfg(cfg)
    runner.train()
    return runner


@pytest.fixture(scope='module')
def checkpoint_of(tmp_path_factory):
    """The checkpoint of a recipe that another one goes on from."""

    @functools.cache
    def find(recipe):
        work_dir = tmp_path_factory.mktemp('stage')
        runner = trained(recipe, work_dir, find)
        return f'{work_dir}/epoch_{runner.max_epochs}.pth'

    return find


@pytest.mark.parametrize(
    ('recipe', 'overlays'),
    [*RECIPES, *COMPOSED],
    ids=lambda x: x if isinstance(x, str) else '+'.join(x),
)
def test_recipe_trains_and_is_read_again(
    recipe, overlays, tmp_path, checkpoint_of
):
    runner = trained(recipe, tmp_path, checkpoint_of, overlays)

    losses, _ = runner.message_hub.get_scalar('train/loss').data
    assert len(losses) >= 2
    assert np.isfinite(losses).all()
    accuracy, _ = runner.message_hub.get_scalar('val/accuracy/top1').data
    assert 0 <= accuracy[-1] <= 100

    # what begins in the second epoch has begun
    for part in runner.model.modules():
        if isinstance(part, DeferredLoss):
            assert part.switched
        if isinstance(part, FCCNeck):
            assert part.active

    path = tmp_path / f'epoch_{runner.max_epochs}.pth'
    state = torch.load(path, map_location='cpu', weights_only=False)
    preprocessor = runner.cfg.get('data_preprocessor')
    fresh = MODELS.build(
        {'data_preprocessor': preprocessor, **runner.cfg.model}
    )
    fresh.load_state_dict(state['state_dict'])
    for key, value in runner.model.state_dict().items():
        assert torch.equal(fresh.state_dict()[key], value), key
        if value.is_floating_point():
            assert value.isfinite().all(), key


def test_a_deferred_recipe_says_when_it_switches(tmp_path, checkpoint_of):
    cfg = shortened(
        'configs/bsce/resnet20_digitslt.py', tmp_path, checkpoint_of, ['drw']
    )
    cfg.log_level = 'INFO'
    assert cfg.train_cfg.max_epochs == 2
    Runner.from_cfg(cfg).train()
    (log,) = tmp_path.glob('*/*.log')
    assert (
        'BalancedSoftmaxLoss in the place of CrossEntropyLoss from epoch 2 '
        'of 2 (begin=1).'
    ) in log.read_text()


def test_a_resumed_training_is_in_its_stage(tmp_path, checkpoint_of):
    """Stopped after the first of three epochs, it switches in the second."""
    recipe = 'configs/drw/ldam_resnet20_digitslt.py'
    seen = []
    for max_epochs, resume in ((1, False), (3, True)):
        cfg = shortened(recipe, tmp_path, checkpoint_of)
        cfg.experiment_name += str(max_epochs)
        cfg.train_cfg.max_epochs = max_epochs
        cfg.resume = resume
        runner = Runner.from_cfg(cfg)
        runner.train()
        seen.append((runner.epoch, runner.model.head.loss_module.switched))
    assert seen == [(1, False), (3, True)]


def test_a_second_stage_gets_the_checkpoint_of_the_first(
    tmp_path, checkpoint_of
):
    recipe = tmp_path / 'second.py'
    recipe.write_text(
        f"_base_ = '{ROOT}/configs/ce/resnet20_digitslt.py'\n"
        "load_from = 'work_dirs/ce/resnet20_digitslt/epoch_40.pth'\n"
        "model = dict(teacher='./work_dirs/ce/resnet20_digitslt/last.pth')\n"
    )
    cfg = shortened(recipe, tmp_path, checkpoint_of)
    assert Path(cfg.load_from).is_file()
    assert cfg.model.teacher == cfg.load_from
