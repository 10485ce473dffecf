"""What a resumed training has from its checkpoint."""

import pytest

from mmlt.runs import resumed_settings
from mmlt.runs.preflight import complete_config
from mmlt.runs.recipes import load_recipe
from mmlt.runs.resumed_settings import check_resumed_settings


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(
        resumed_settings, 'print_log', lambda text, **_: lines.append(text)
    )
    return lines


def saved(recipe):
    return dict(cfg=load_recipe(recipe).pretty_text)


def test_rho_is_the_saved_one():
    """It stands in the state of the optimizer."""
    cfg = load_recipe('focal_sam/resnet20_digitslt')
    rho = cfg.optim_wrapper.rho
    cfg.optim_wrapper.rho = 3 * rho
    begun = saved('focal_sam/resnet20_digitslt')
    check_resumed_settings(cfg, begun, 'epoch_1.pth')
    assert cfg.optim_wrapper.rho == rho


@pytest.mark.parametrize(
    ('begun', 'now'), [('ce', 'focal_sam'), ('focal_sam', 'ce')]
)
def test_rho_is_the_new_one_where_there_was_none(begun, now):
    cfg = load_recipe(f'{now}/resnet20_digitslt')
    rho = cfg.optim_wrapper.get('rho')
    begun = saved(f'{begun}/resnet20_digitslt')
    cfg.optim_wrapper.optimizer.lr = 7.0  # something that is not read
    check_resumed_settings(cfg, begun, 'epoch_1.pth')
    assert cfg.optim_wrapper.optimizer.lr != 7.0
    assert cfg.optim_wrapper.get('rho') == rho


def test_other_settings_than_those_it_was_begun_with_are_named(said):
    begun = saved('la/resnet20_digitslt')
    cfg = load_recipe(
        'la/resnet20_digitslt',
        options={
            'model.head.loss.tau': 3.0,
            'train_dataloader.batch_size': 7,
            'randomness.seed': 5,
            'train_cfg.max_epochs': 50,
            'load_from': 'epoch_1.pth',
        },
    )
    check_resumed_settings(cfg, begun, 'epoch_1.pth')
    line, longer = said
    assert '`train_cfg.max_epochs` is 50 and was 40' in longer
    batch = load_recipe('la/resnet20_digitslt').train_dataloader.batch_size
    assert 'model.head.loss.tau=3.0 (saved: 1.0)' in line
    assert f'train_dataloader.batch_size=7 (saved: {batch})' in line
    assert 'randomness.seed=5 (saved: 42)' in line
    assert 'name --cfg-options, --with, --amp and --seed again' in line
    assert 'load_from' not in line


def test_a_scaled_rate_is_the_saved_one(said):
    """The rates of the optimizer's state have been scaled, or not."""
    cfg = load_recipe('ce/resnet20_digitslt')
    base = cfg.auto_scale_lr
    cfg.auto_scale_lr = dict(base, enable=True)
    check_resumed_settings(cfg, saved('ce/resnet20_digitslt'), 'epoch_1.pth')
    assert cfg.auto_scale_lr == base
    (line,) = said
    assert 'Not read: auto_scale_lr.enable=True (saved: None)' in line


def test_nothing_is_said_of_the_same_settings(said):
    for recipe in ('ce/resnet20_digitslt', 'cmo/resnet20_digitslt'):
        cfg = load_recipe(recipe, ['ema'])
        begun = complete_config(load_recipe(recipe, ['ema']))
        meta = dict(cfg=begun.pretty_text)
        check_resumed_settings(cfg, meta, 'epoch_1.pth')
    assert said == []
