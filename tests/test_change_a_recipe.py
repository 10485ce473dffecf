"""The configs of docs/change_a_recipe.md are read and built."""

import copy
import re
from pathlib import Path

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmpretrain.registry import MODELS

from mmlt.datasets.samplers import LongTailSampler
from mmlt.models import LogitAdjustedLoss
from mmlt.runs.recipes import load_recipe
from mmlt.runs.training_steps import preprocessor_of
from mmlt.structures import MixedLabels, labels_of
from tests.test_bad_inputs.in_process import run

PAGE = Path(__file__).parents[1] / 'docs/change_a_recipe.md'
CONFIGS = dict(
    re.findall(r'```python title="(\S+)"\n(.*?)```', PAGE.read_text(), re.S)
)


@pytest.fixture(scope='module')
def project(photo_place):
    done = run(
        ['new', 'changed', '--images', 'photos', '--size', 64], photo_place
    )
    assert done.code == 0, done.errors
    for name, text in CONFIGS.items():
        (photo_place / 'changed' / name).write_text(text)
    return photo_place / 'changed'


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        yield


def built(cfg):
    """The network, with random weights in the place of a download."""
    settings = copy.deepcopy(cfg.model)
    inner = settings.backbone.get('module', settings.backbone)
    start = inner.pop('init_cfg', None)
    model = MODELS.build(settings)
    counts = [24, 13, 10, 10]
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(counts)
    return model, start


@pytest.mark.parametrize('name', CONFIGS)
def test_a_config_of_the_page_trains_a_step(project, name):
    cfg = load_recipe(project / name)
    model, _ = built(cfg)
    loader = copy.deepcopy(cfg.train_dataloader)
    loader.num_workers = 0
    loader = Runner.build_dataloader(loader, seed=0)
    wrapper = build_optim_wrapper(model, copy.deepcopy(cfg.optim_wrapper))
    batch = model.data_preprocessor(next(iter(loader)), training=True)
    losses = model(**batch, mode='loss')
    wrapper.update_params(sum(v for k, v in losses.items() if 'loss' in k))
    check = CHECKS[name]
    check(cfg, model, loader, wrapper.optimizer)


def optimizer_is_adamw(cfg, model, loader, optimizer):
    assert isinstance(optimizer, torch.optim.AdamW)
    assert {group['lr'] for group in optimizer.param_groups} == {1e-3}
    assert not cfg.auto_scale_lr.enable


def backbone_has_a_tenth(cfg, model, loader, optimizer):
    inside = {id(p) for p in model.backbone.parameters()}
    rates = {
        (id(p) in inside): group['lr']
        for group in optimizer.param_groups
        for p in group['params']
    }
    assert rates[True] == pytest.approx(0.1 * rates[False])


def schedule_ends_with_the_epochs(cfg, model, loader, optimizer):
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[-1].end == 60
    assert len(cfg.param_scheduler) == 2


def images_are_augmented(cfg, model, loader, optimizer):
    kinds = [type(t).__name__ for t in loader.dataset.pipeline.transforms]
    assert 'RandAugment' in kinds


def images_are_mixed(cfg, model, loader, optimizer):
    # the runner gives it to the network
    preprocessor = MODELS.build(preprocessor_of(cfg))
    batch = preprocessor(next(iter(loader)), training=True)
    losses = model(**batch, mode='loss')
    assert losses['loss'].isfinite()
    assert isinstance(labels_of(batch['data_samples']), MixedLabels)


def sampler_is_ours(cfg, model, loader, optimizer):
    assert isinstance(loader.sampler, LongTailSampler)
    assert loader.sampler.strategy == 'square_root'


def network_is_resnet50(cfg, model, loader, optimizer):
    assert model.backbone.depth == 50
    assert cfg.model.backbone.init_cfg.checkpoint == 'torchvision://resnet50'
    assert 'depth' in cfg.model.backbone


def network_is_of_timm(cfg, model, loader, optimizer):
    assert 'ConvNeXt' in type(model.backbone.timm_model).__name__


def branches_and_classifier_are_trained(cfg, model, loader, optimizer):
    trained = {p for group in optimizer.param_groups for p in group['params']}
    number = {
        'all': sum(p.numel() for p in model.parameters()),
        'trained': sum(p.numel() for p in trained),
    }
    assert number['trained'] < 0.01 * number['all']
    assert set(model.head.parameters()) <= trained
    assert set(optimizer.state) == trained  # each has had a gradient
    kinds = [hook['type'] for hook in cfg.custom_hooks]
    assert {'LongTailHook', 'ClassifierStartHook'} <= set(kinds)


def loss_is_adjusted(cfg, model, loader, optimizer):
    assert isinstance(model.head.loss_module, LogitAdjustedLoss)
    assert model.head.loss_module.tau == 0.5


CHECKS = {
    'adamw.py': optimizer_is_adamw,
    'rates.py': backbone_has_a_tenth,
    'cosine.py': schedule_ends_with_the_epochs,
    'augmented.py': images_are_augmented,
    'mixed.py': images_are_mixed,
    'square_root.py': sampler_is_ours,
    'resnet50.py': network_is_resnet50,
    'timm_network.py': network_is_of_timm,
    'adjusted.py': loss_is_adjusted,
    'lift.py': branches_and_classifier_are_trained,
}
