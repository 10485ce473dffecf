"""Every recipe and every composition loads, builds and makes a step."""

import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.runs.recipes import applied_overlays
from mmlt.structures import BatchDataSample

from .recipes import COMPOSITIONS, CONFIGS, RECIPES, load, parsed

CASES = [(str(recipe), ()) for recipe in RECIPES] + [
    (f'configs/{recipe}.py', overlays) for recipe, overlays in COMPOSITIONS
]
NAMES = ['+'.join([recipe, *overlays]) for recipe, overlays in CASES]


def untrained_teacher(cfg, folder):
    """Put a teacher's checkpoint where the config looks for one."""
    if 'teacher' in cfg.model:
        teacher = MODELS.build(dict(cfg.model.teacher))
        path = folder / 'teacher.pth'
        torch.save({'state_dict': teacher.state_dict()}, path)
        cfg.model.teacher_checkpoint = str(path)


def without_weights(cfg):
    """A network inside another may read its weights when it is built."""
    module = cfg.model.backbone.get('module', {})
    if module.pop('init_cfg', None):
        module.img_size = 32
    return cfg


# network, losses and augmentation -> the recipe that trained them first
TRAINED = {}


@pytest.mark.parametrize(('recipe', 'overlays'), CASES, ids=NAMES)
def test_recipe_makes_a_training_step(recipe, overlays, tmp_path):
    cfg = without_weights(load(recipe, *overlays))
    assert tuple(applied_overlays(cfg)) == overlays
    same = repr((cfg.model, cfg.data_preprocessor))
    if TRAINED.setdefault(same, (recipe, overlays)) != (recipe, overlays):
        return  # it differs in data or schedule alone
    untrained_teacher(cfg, tmp_path)
    if cfg.model.backbone.get('depth') == 152 and 'num_experts' in cfg.model:
        cfg.model.backbone.depth = 50  # three of them, or six
        if 'contrast' in cfg.model:
            cfg.model.contrast.queue_size = 64  # published: 800 MB
    model = MODELS.build({**cfg.model, 'data_preprocessor': None})
    preprocessor = MODELS.build(cfg.data_preprocessor)
    counts = torch.arange(cfg.model.head.num_classes, 0, -1)
    for part in [*model.modules(), *preprocessor.modules()]:
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(counts)
        if hasattr(part, 'set_progress'):
            part.set_progress(10**6, 10**6 + 1)
        if hasattr(part, 'suppose'):
            part.suppose(3)
    size = 8 if 'digits' in recipe else 32
    batch = {
        'inputs': torch.randint(0, 256, (8, 3, size, size)).byte(),
        'data_samples': [
            BatchDataSample(gt_label=torch.arange(8) % len(counts))
        ],
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
def test_learning_rate_is_for_the_batch_of_the_recipe(recipe):
    """So --auto-scale-lr leaves the rate of one process alone."""
    cfg = load(recipe)
    batch = cfg.train_dataloader.batch_size
    batch *= cfg.optim_wrapper.get('accumulative_counts', 1)
    assert cfg.auto_scale_lr.base_batch_size == batch


TWINS = [p.name for p in sorted((CONFIGS / 'fcc').glob('res*[0-9st].py'))]


@pytest.mark.parametrize('name', TWINS)
def test_recipe_of_fcc_is_cross_entropy_with_the_overlay(name):
    """It stands for itself, so that mmpretrain can read it alone."""
    ours, composed = load(f'fcc/{name}'), load(f'ce/{name}', 'fcc')
    assert composed.pop('applied_overlays') == ['fcc']
    assert ours.to_dict() == composed.to_dict()


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
@pytest.mark.parametrize('method', ['mixup', 'manifold_mixup', 'remix'])
def test_fcc_begins_at_epoch_50_of_400_too(method, data):
    cfg = load(f'{method}/resnet32_{data}', 'fcc')
    assert cfg.train_cfg.max_epochs == 400
    assert cfg.model.neck[-1].begin * 400 == 50
