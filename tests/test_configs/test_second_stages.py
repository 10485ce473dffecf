"""Second stages of MiSLAS, LOS and GCL: settings, values, learning rates."""

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmpretrain.registry import MODELS

from mmlt.functional import label_aware_smoothing, smoothed_cross_entropy
from mmlt.runs.recipes import first_stage_recipe
from tests.golden_cases import COUNTS, LABELS, logits

from .recipes import load
from .test_large_scale import cosine, each_epoch, steps


def test_label_aware_smoothing_is_that_of_the_published_code():
    """methods.py#L31-L64 of MiSLAS@0fc381e, float32 on CPU."""
    smoothing = label_aware_smoothing(COUNTS, 0.4, 0.1)
    expected = [0.4, 0.1890761, 0.1142746, 0.1]
    assert smoothing.tolist() == pytest.approx(expected, rel=1e-6)
    z = logits(torch.float32)
    loss = smoothed_cross_entropy(z, LABELS, smoothing).mean()
    assert loss.item() == pytest.approx(0.9110010, rel=1e-5)


def test_over_smoothing_is_that_of_torch():
    """`CrossEntropyLoss(label_smoothing=0.98)`, main_stage2.py of LOS."""
    z = logits(torch.float32)
    loss = smoothed_cross_entropy(z, LABELS, [0.98] * 4).mean()
    assert loss.item() == pytest.approx(1.6672024, rel=1e-5)


@pytest.mark.parametrize(
    ('data', 'smoothing', 'factor', 'shift_bn'),
    [
        ('resnet32_cifar100lt', (0.4, 0.1), 0.2, True),
        ('resnet32_cifar10lt', (0.3, 0.0), 0.5, False),
        ('resnet50_imagenetlt', (0.3, 0.0), 0.05, True),
        ('resnet50_inat18', (0.3, 0.0), 0.05, True),
        ('resnet152_placeslt', (0.4, 0.1), 0.05, ['backbone.layer4.2']),
    ],
)
def test_settings_of_mislas(data, smoothing, factor, shift_bn):
    """config/*/*_stage2_mislas.yaml of MiSLAS@0fc381e."""
    cfg = load(f'mislas/{data}')
    loss = cfg.model.head.loss
    assert (loss.head_smoothing, loss.tail_smoothing) == smoothing
    assert cfg.model.shift_bn == shift_bn
    assert cfg.model.frozen == ['backbone']
    head = torch.nn.ModuleDict(
        dict(head=MODELS.build(dict(cfg.model.head, num_classes=2)))
    )
    cfg.optim_wrapper.type = 'OptimWrapper'
    groups = build_optim_wrapper(head, cfg.optim_wrapper)
    groups = groups.optimizer.param_groups
    names = [name for name, _ in head.named_parameters()]
    rates = {n: g['lr'] for n, g in zip(names, groups, strict=True)}
    assert rates == {
        'head.scale': 0.1,
        'head.fc.weight': pytest.approx(0.1 * factor),
        'head.fc.bias': pytest.approx(0.1 * factor),
    }


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
def test_schedules_of_mislas(data):
    """Batch, rate of each epoch, weight decay: as its code and its README."""
    first, second = load_stages(f'mislas/resnet32_{data}')
    assert first.data_preprocessor.mixing == dict(type='BatchMixup', alpha=1.0)
    warm_up = [0.02, 0.04, 0.06, 0.08, 0.1]
    published = [
        (first, [*warm_up, *steps(0.1, 200, 160, 180)[5:]], 5e-4),
        (second, cosine(0.1, 10), 2e-4),
    ]
    for cfg, expected, decay in published:
        check_schedule(cfg, expected, 128, decay)


def check_schedule(cfg, expected, batch_size, weight_decay):
    """Plain SGD with the expected rate in every epoch."""
    sgd = cfg.optim_wrapper.optimizer
    assert cfg.train_dataloader.batch_size == batch_size
    assert (sgd.type, sgd.momentum, sgd.nesterov) == ('SGD', 0.9, False)
    assert sgd.weight_decay == weight_decay
    found = each_epoch(cfg)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-15)


def load_stages(recipe, *overlays):
    """Configs of both stages."""
    second = load(recipe, *overlays)
    return first_stage_recipe(second), second


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
def test_settings_of_los(data):
    first, second = load_stages(f'los/resnet32_{data}')
    loss, sgd = second.model.head.loss, second.optim_wrapper.optimizer
    assert loss.head_smoothing == loss.tail_smoothing == 0.98
    epochs = second.train_cfg.max_epochs
    assert (sgd.lr, sgd.weight_decay, epochs) == (5e-4, 0, 20)
    assert second.train_dataloader.sampler.type == 'DefaultSampler'
    assert first.optim_wrapper.optimizer.weight_decay == 5e-3
    assert first.model == load(f'ce/resnet32_{data}').model


@pytest.mark.parametrize(
    ('recipe', 'overlays'),
    [
        ('resnet32_cifar100lt', ()),
        ('resnet32_cifar100lt', ('fast',)),
        ('resnet20_digitslt', ()),
        ('resnet18_images', ()),
    ],
)
def test_rate_times_weight_decay_of_the_first_stage_of_los(recipe, overlays):
    """That of the published code; by it alone the length of weights settles.

    Normalization makes a network forget the length, and the decay of a step
    is the product.
    """
    first, _ = load_stages(f'los/{recipe}', *overlays)
    sgd = first.optim_wrapper.optimizer
    assert sgd.lr * sgd.weight_decay == pytest.approx(0.01 * 5e-3)


@pytest.mark.parametrize(
    'name',
    [
        'resnet32_cifar10lt',
        'resnet32_cifar100lt',
        'resnet50_imagenetlt',
        'resnext50_imagenetlt',
        'resnet50_inat18',
        'resnet152_placeslt',
    ],
)
def test_disalign_goes_on_from_cross_entropy(name):
    """The same network on the same images, but for head, loss, schedule."""
    first, second = load_stages(f'disalign/{name}')
    assert second.first_stage.config == f'mmlt::ce/{name}.py'
    loss, model = second.model.head.loss, second.model
    assert (loss.type, loss.power) == ('ClassBalancedCELoss', 1.2)
    assert loss.reweight == 'cost_sensitive'
    assert model.pop('frozen') == ['backbone', 'head.fc']
    assert model.head.type == 'DisAlignClsHead'
    assert second.train_dataloader.sampler.type == 'DefaultSampler'
    assert second.train_dataloader.dataset == first.train_dataloader.dataset
    assert model.backbone == first.model.backbone
    for key in ('num_classes', 'in_channels'):
        assert model.head[key] == first.model.head[key]


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
def test_settings_of_gcl(data):
    """cifar_train_{backbone,classifier}.py and utils.py of GCLLoss@c2a6233.

    Its strengths and margins are for cosines, ours for them times the scale.
    """
    first, second = load_stages(f'gcl/resnet32_{data}')
    for cfg, scale, on_cosines in (
        (first, 30, (0.5, 0.0, 0.0)),
        (second, 20, (0.5, 0.1, 1.0)),
    ):
        # model.eval() while the classifier is trained
        assert cfg.model.get('norm_eval', False) == (cfg is second)
        head = cfg.model.head
        loss = MODELS.build(head.loss)
        settings = loss.strength / scale, loss.margin / scale, loss.focus
        assert head.scale == scale
        assert settings == pytest.approx(on_cosines)
        mixing = dict(type='BatchMixup', alpha=1.0)
        assert cfg.data_preprocessor.mixing == mixing
    assert 'frozen' not in first.model
    assert second.model.frozen == ['backbone']
    assert second.train_dataloader.sampler.strategy == 'class_balanced'


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
def test_schedules_of_gcl(data):
    first, second = load_stages(f'gcl/resnet32_{data}')
    warm_up = [0.02, 0.04, 0.06, 0.08, 0.1]
    expected = [*warm_up, *steps(0.1, 200, 160, 180)[5:]]
    check_schedule(first, expected, 64, 2e-4)
    check_schedule(second, cosine(0.002, 30), 64, 2e-4)
