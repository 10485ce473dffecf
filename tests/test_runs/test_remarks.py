"""What a config says and its training will not come to do."""

import pytest
import torch
from mmengine.config import Config
from mmengine.optim.scheduler import LinearLR

from mmlt.runs.remarks import remarks


def with_epochs(max_epochs, **settings):
    return Config(dict(train_cfg=dict(max_epochs=max_epochs), **settings))


@pytest.mark.parametrize('begin', [3, 10])
def test_a_part_that_begins_after_the_end_is_said(begin):
    neck = dict(type='FCCNeck', begin=begin)
    cfg = with_epochs(3, model=dict(neck=[dict(type='A'), neck]))
    (said,) = remarks(cfg)
    assert f'`model.neck.1.begin`: FCCNeck begins at epoch {begin}' in said


@pytest.mark.parametrize('begin', [0, 2, 0.9])
def test_a_part_that_begins_in_time_is_not(begin):
    loss = dict(type='DeferredLoss', begin=begin)
    cfg = with_epochs(3, model=dict(head=dict(loss=loss)))
    assert remarks(cfg) == []


def test_a_sampler_that_begins_too_late_is_said():
    sampler = dict(type='LongTailSampler', begin=5)
    cfg = with_epochs(5, train_dataloader=dict(sampler=sampler))
    (said,) = remarks(cfg)
    assert 'LongTailSampler begins at epoch 5' in said


def test_schedules_that_do_not_fit_are_said():
    cfg = with_epochs(
        10,
        param_scheduler=[
            dict(type='LinearLR', begin=0, end=5),
            dict(type='MultiStepLR', milestones=[8, 10, 12]),
            dict(type='CosineAnnealingLR', T_max=20, begin=5, end=20),
            dict(type='ConstantLR', begin=10),
            dict(type='PolyLR', by_epoch=False, end=5000),  # iterations
        ],
    )
    milestones, cosine, constant = remarks(cfg)
    assert '`param_scheduler.1.milestones`: 10, 12 not reached' in milestones
    assert '`param_scheduler.2` (CosineAnnealingLR, begin=5, end=20)' in cosine
    assert '`param_scheduler.3`' in constant
    assert 'changes nothing' in constant


def test_epochs_may_be_told_and_need_not_be_known():
    neck = dict(type='FCCNeck', begin=5)
    cfg = Config(dict(train_cfg=dict(max_iters=9), model=dict(neck=neck)))
    assert remarks(cfg) == []
    assert remarks(cfg, 9) == []
    assert len(remarks(cfg, 5)) == 1


def test_a_warm_up_of_one_epoch_never_ends_and_is_said():
    """mmengine's LinearLR has end - begin - 1 steps."""
    warmup = dict(type='LinearLR', start_factor=0.01, begin=0, end=1)
    cfg = Config(dict(param_scheduler=[warmup]))
    (text,) = remarks(cfg, 10)
    assert 'one epoch: the rate stays at its start_factor, 0.01 times' in text
    weights = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weights], lr=1.0)
    scheduler = LinearLR(optimizer, start_factor=0.01, begin=0, end=1)
    for _ in range(5):
        optimizer.step()
        scheduler.step()
    assert optimizer.param_groups[0]['lr'] == 0.01
    for more in (dict(end=2), dict(convert_to_iter_based=True)):
        cfg = Config(dict(param_scheduler=[{**warmup, **more}]))
        assert remarks(cfg, 10) == []


@pytest.mark.parametrize('epochs', [1, 2, 3])
def test_a_short_schedule_of_hardly_any_epochs_is_said(epochs):
    said = remarks(with_epochs(epochs, applied_overlays=['fcc', 'short']))
    assert len(said) == (epochs <= 2)
    assert all(f'leaves {epochs} epoch' in text for text in said)
    assert remarks(with_epochs(epochs)) == []
    # the classifier of a second stage needs no more
    second = dict(applied_overlays=['short'], first_stage=dict(config='a'))
    assert remarks(with_epochs(epochs, **second)) == []
