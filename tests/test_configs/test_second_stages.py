"""Second stages of MiSLAS and LOS: settings, values, learning rates."""

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmpretrain.registry import MODELS

from mmlt.functional import label_aware_smoothing, smoothed_cross_entropy
from tests.golden_cases import COUNTS, LABELS, logits

from .recipes import load


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
    ('data', 'smoothing', 'factor'),
    [
        ('resnet32_cifar100lt', (0.4, 0.1), 0.2),
        ('resnet32_cifar10lt', (0.3, 0.0), 0.5),
        ('resnet50_imagenetlt', (0.3, 0.0), 0.05),
        ('resnet50_inat18', (0.3, 0.0), 0.05),
    ],
)
def test_settings_of_mislas(data, smoothing, factor):
    cfg = load(f'mislas/{data}')
    loss = cfg.model.head.loss
    assert (loss.head_smoothing, loss.tail_smoothing) == smoothing
    assert cfg.model.shift_bn is True
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
def test_settings_of_los(data):
    cfg = load(f'los/resnet32_{data}')
    loss, sgd = cfg.model.head.loss, cfg.optim_wrapper.optimizer
    assert loss.head_smoothing == loss.tail_smoothing == 0.98
    assert (sgd.lr, sgd.weight_decay, cfg.train_cfg.max_epochs) == (
        5e-4,
        0,
        20,
    )
    assert cfg.train_dataloader.sampler.type == 'DefaultSampler'
    first = load(f'los/stage1_resnet32_{data}').optim_wrapper.optimizer
    assert first.weight_decay == 5e-3
