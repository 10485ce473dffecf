"""The counts against published numbers and numbers by hand."""

import re
import sys

import pytest
import torch
from mmengine.config import Config
from torch import nn

from mmlt.cli.training_cost import all_reduce_bytes
from tests.export_models import ROOT
from tools.analysis_tools import cost_table


@pytest.fixture(scope='module')
def tool():
    return cost_table


def recipe(network, dim, classes=1000, **head):
    config = Config.fromfile(ROOT / 'configs/ce/resnext50_imagenetlt.py')
    config.model.backbone = network
    config.model.head = dict(
        type='LinearClsHead', num_classes=classes, in_channels=dim, **head
    )
    return config


@pytest.mark.parametrize(
    ('network', 'dim', 'parameters', 'gmac'),
    [
        # torchvision's pages of the weights: parameters, GFLOPS (its GMAC)
        (dict(type='ResNet', depth=18), 512, 11_689_512, 1.814),
        (dict(type='ResNet', depth=50), 2048, 25_557_032, 4.089),
        (
            dict(type='ResNeXt', depth=50, groups=32, width_per_group=4),
            2048, 25_028_904, 4.230,
        ),
        (dict(type='ResNet', depth=152), 2048, 60_192_808, 11.514),
    ],
)  # fmt: skip
def test_known_networks(tool, network, dim, parameters, gmac):
    counts = tool.count(recipe(network, dim))
    assert counts.parameters == counts.trained == parameters
    assert counts.forward / 2e9 == pytest.approx(gmac, abs=0.0006)
    # the first convolution has no gradient to its input
    stem = 2 * 112 * 112 * 64 * 3 * 49
    assert counts.backward == 2 * counts.forward - stem


def test_a_vmf_head_adds_a_number_per_class(tool):
    network = dict(type='ResNet', depth=18)
    linear = tool.count(recipe(network, 512))
    config = recipe(network, 512)
    config.model.head.type = 'VMFClsHead'
    vmf = tool.count(config)
    assert vmf.parameters == linear.parameters  # 1,000 kappa, no bias
    assert vmf.forward == linear.forward
    # directions of all classes are kept once, not for each image
    assert vmf.fixed >= 4 * 512 * 1000 > linear.fixed
    assert vmf.activations < 1.01 * linear.activations


def test_saved_bytes_by_hand(tool):
    """A linear layer keeps its input, ReLU its output: 40 and 80 bytes."""
    model = nn.Sequential(nn.Linear(5, 10), nn.ReLU(), nn.Linear(10, 3))
    inputs = torch.ones(2, 5)
    forward, backward, saved = tool.counted_pass(
        model, lambda: model(inputs).sum()
    )
    assert forward == 2 * 2 * (5 * 10 + 10 * 3)
    assert backward == 2 * 2 * (5 * 10 + 2 * 10 * 3)
    assert saved == 2 * 4 * (5 + 10)  # the second layer keeps ReLU's output


def test_hours_by_hand(tool):
    path = ROOT / 'configs/ce/resnext50_imagenetlt.py'
    config, counts = tool.read(path)
    steps = 115_846 // 512 * 90
    flops = counts.forward + counts.backward
    check = 18 * counts.forward * 20_000
    best = (steps * 512 * flops + check) / (312e12 * 0.25) / 3600
    assert tool.hours(path, 1)[0] == pytest.approx(best, rel=1e-12)
    sent = all_reduce_bytes(4 * counts.parameters, 8)
    worst = (steps * 512 * flops + check) / (312e12 * 0.10) / 8
    worst = (worst + steps * sent / 10e9) / 3600
    assert tool.hours(path, 8)[1] == pytest.approx(worst, rel=1e-12)


def test_every_row_of_the_page_is_that_of_its_recipe(tool):
    """Two recipes are counted; --check counts all."""
    text = tool.PAGE.read_text()
    names = re.findall(r'^\| (\w+/[\w-]+) \|', text, re.MULTILINE)
    for path in tool.recipes():
        assert names.count(tool.name_of(path)) == 2, path
    for name in ('ce/resnext50_imagenetlt', 'vmf/resnext50_imagenetlt'):
        path = ROOT / f'configs/{name}.py'
        for row in (tool.counted_row(path), tool.hours_row(path)):
            assert row in text


def test_experts_share_the_first_stages(tool):
    """ResNet-50: layer3 and layer4 by hand, in multiply-adds."""
    # first block, then the others, of layer3 (14 x 14) and layer4 (7 x 7)
    three = 784 * 512 * 256 + 196 * (9 * 256**2 + 256 * 1024 + 512 * 1024)
    three += 5 * 196 * (1024 * 256 + 9 * 256**2 + 256 * 1024)
    four = 196 * 1024 * 512 + 49 * (9 * 512**2 + 512 * 2048 + 1024 * 2048)
    four += 2 * 49 * (2048 * 512 + 9 * 512**2 + 512 * 2048)
    sade = recipe(dict(type='MultiExpertResNet', depth=50), 2048)
    sade.model.head.update(type='SADEClsHead', scale=None)
    found = tool.count(sade).forward / 2
    assert found == 4_089_184_256 + 2 * (three + four + 2048 * 1000)


def test_whole_networks_side_by_side_cost_their_number(tool):
    plain = tool.count(recipe(dict(type='ResNet', depth=18), 512))
    ncl = recipe(dict(type='ResNet', depth=18), 512)
    ncl.model.update(type='NCLClassifier', num_experts=3)
    ncl.model.head.type = 'NCLClsHead'
    found = tool.count(ncl)
    for name in ('parameters', 'trained', 'forward', 'backward'):
        assert getattr(found, name) == 3 * getattr(plain, name)


@pytest.mark.parametrize(
    ('method', 'trained'), [('crt', 512 * 1000 + 1000), ('lws', 1000)]
)
def test_what_is_frozen_has_no_backward_pass(tool, method, trained):
    """cRT: the gradient of the classifier alone. LWS: that of its scales."""
    plain = recipe(dict(type='ResNet', depth=18), 512)
    config = Config.fromfile(ROOT / f'configs/{method}/resnet50_imagenetlt.py')
    config.model.backbone = plain.model.backbone
    config.model.head.in_channels = 512
    counts, whole = tool.count(config), tool.count(plain)
    assert counts.trained == trained
    assert counts.parameters - whole.parameters in (0, 1000)
    assert counts.forward == whole.forward
    assert counts.backward == (2 * 512 * 1000 if method == 'crt' else 0)
    assert counts.activations < whole.activations / 100


def test_help_and_marks(tool, monkeypatch, capsys):
    with pytest.raises(ValueError, match='to hold <!-- tables: begin -->'):
        tool.updated('no marks')
    monkeypatch.setattr(sys, 'argv', ['cost_table.py', '--help'])
    with pytest.raises(SystemExit):
        tool.main()
    assert 'Example: python tools/analysis_tools/' in capsys.readouterr().out
