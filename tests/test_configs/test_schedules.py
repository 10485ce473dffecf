"""Learning rates of the CIFAR schedules."""

import math

import pytest
import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import PARAM_SCHEDULERS

from .recipes import load


def learning_rates(recipe):
    """Of each epoch, and the settings of the optimizer."""
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
    """Per epoch, as facts of the published code give it (1-based)."""
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


@pytest.mark.parametrize(
    ('recipe', 'top', 'epochs', 'warm_up'),
    [
        ('stage1_resnet32', 0.15, 180, [0.025, 0.05, 0.075, 0.1, 0.125]),
        ('resnet32', 0.1, 20, [0.0375, 0.05, 0.0625, 0.075, 0.0875]),
    ],
)
@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
def test_learning_rates_of_both_stages_of_shike(
    recipe, top, epochs, warm_up, data
):
    """As jinyan-06/SHIKE@2b04b62, utils.py lines 73 to 104, and its log."""
    rates, settings = learning_rates(f'shike/{recipe}_{data}')
    cosine = [
        top * (1 + math.cos(math.pi * e / (epochs - 5))) / 2
        for e in range(epochs - 5)
    ]
    assert rates == pytest.approx([*warm_up, *cosine], rel=1e-9)
    assert settings['weight_decay'] == 5e-4
    assert not settings['nesterov']


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
def test_learning_rates_of_lade(data):
    """As hyperconnect/LADE@150181e, utils.py, class WarmupMultiStepLR.

    run_networks.py, line 323, moves the rate before each epoch.
    """
    rates, settings = learning_rates(f'lade/resnet32_{data}')
    warm_up = [0.2 * (1 / 3 * (1 - e / 5) + e / 5) for e in range(1, 6)]
    expected = [*warm_up, *[0.2] * 114, *[2e-3] * 40, *[2e-5] * 41]
    assert rates == pytest.approx(expected, rel=1e-9)
    assert settings['weight_decay'] == 5e-4
    assert not settings['nesterov']


@pytest.mark.parametrize(
    ('recipe', 'top', 'epochs', 'weight_decay'),
    [('stage1_resnet32', 0.01, 200, 5e-3), ('resnet32', 5e-4, 20, 0.0)],
)
@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
def test_learning_rates_of_both_stages_of_los(
    recipe, top, epochs, weight_decay, data
):
    """As bilibili/LOS@50652c0, main_stage1.py, lines 37 and 38, and stage 2.

    Defaults of utils/config.py.
    """
    name = f'los/{recipe}_{data}'
    rates, settings = learning_rates(name)
    expected = [
        top * (1 + math.cos(math.pi * e / epochs)) / 2 for e in range(epochs)
    ]
    assert rates == pytest.approx(expected, rel=1e-9)
    assert settings['weight_decay'] == weight_decay
    assert not settings['nesterov']
    assert load(name).train_dataloader.batch_size == 64
