"""What a run counts, looked at before it begins."""

import random

import numpy as np
import pytest
import torch
from mmengine.runner import Runner

from mmlt.runs.counted import (
    check_later_stage,
    check_test,
    check_training,
    count_accumulated,
)
from mmlt.runs.recipes import load_recipe
from tests.test_bad_inputs.in_process import isolated


@pytest.fixture
def in_a_folder(tmp_path):
    with isolated(tmp_path):
        yield tmp_path


def runner(folder, options):
    options = {'train_cfg.max_epochs': 1, **options}
    cfg = load_recipe('ce/resnet20_digitslt', [], options)
    cfg.work_dir = str(folder)
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        if cfg.get(name):
            cfg[name].setdefault('collate_fn', dict(type='default_collate'))
    return Runner.from_cfg(cfg)


def log(folder):
    (path,) = folder.glob('*/*.log')
    return path.read_text()


@pytest.mark.parametrize(
    ('options', 'said'),
    [
        ({}, '`train_dataloader.drop_last`: 22 of 438 images are left out'),
        (
            {'train_dataloader.dataset.indices': 100},
            '`train_dataloader.dataset.indices`: 100 images of the set',
        ),
        (
            {'val_dataloader.dataset.indices': 50},
            '`val_dataloader.dataset.indices`: 50 images of the set',
        ),
        (
            {'train_dataloader.num_batch_per_epoch': 2},
            '`train_dataloader.num_batch_per_epoch`: the first 64 of 438',
        ),
        (
            {'data_preprocessor.num_classes': 9},
            '`data_preprocessor.num_classes` is 9, but the training set has 1',
        ),
        (
            {'param_scheduler.1.milestones': [7]},
            '`param_scheduler.1.milestones`: 7 not reached',
        ),
    ],
)
def test_what_is_left_out_is_in_the_log(in_a_folder, options, said):
    check_training(runner(in_a_folder, options))
    assert said in log(in_a_folder)


def test_a_part_that_begins_late_is_found_in_iterations_too(in_a_folder):
    """438 images in batches of 32: 13 steps a pass, 3 passes."""
    cfg = load_recipe('ce/resnet20_digitslt')
    cfg.train_cfg = dict(type='IterBasedTrainLoop', max_iters=39)
    cfg.param_scheduler = []
    cfg.model.head.loss = dict(
        type='DeferredLoss',
        before=dict(type='CrossEntropyLoss'),
        after=dict(type='CrossEntropyLoss'),
        begin=3,
    )
    cfg.work_dir = str(in_a_folder)
    check_training(Runner.from_cfg(cfg))
    assert 'begins at epoch 3' in log(in_a_folder)


def test_no_batch_is_an_error(in_a_folder):
    large = runner(in_a_folder, {'train_dataloader.batch_size': 439})
    with pytest.raises(ValueError, match='batch_size=439 the 438 of 438'):
        check_training(large)


def test_an_evaluation_counts_every_image_once(in_a_folder):
    drawn = runner(
        in_a_folder,
        {
            'test_dataloader.sampler': dict(
                type='LongTailSampler', _delete_=True
            )
        },
    )
    with pytest.raises(ValueError, match='`test_dataloader` to give every'):
        check_test(drawn)


@pytest.mark.parametrize(('batch', 'counts'), [(32, 1), (8, 4), (64, 2)])
def test_a_scaled_rate_belongs_to_all_batches_of_a_step(
    in_a_folder, batch, counts
):
    built = runner(
        in_a_folder,
        {
            'auto_scale_lr.enable': True,
            'train_dataloader.batch_size': batch,
            'optim_wrapper.accumulative_counts': counts,
        },
    )
    count_accumulated(built)
    wrapper = built.build_optim_wrapper(built.optim_wrapper)
    built.scale_lr(wrapper, built.auto_scale_lr)
    rate = wrapper.optimizer.param_groups[0]['lr']
    assert rate == pytest.approx(0.05 * batch * counts / 32, rel=1e-12)


def test_a_rate_that_is_for_no_batch_size_cannot_be_scaled(in_a_folder):
    built = runner(in_a_folder, {'auto_scale_lr.enable': True})
    built.auto_scale_lr = dict(enable=True)
    with pytest.raises(ValueError, match='auto_scale_lr.base_batch_size'):
        count_accumulated(built)


def test_a_later_stage_is_tried_without_a_trace(in_a_folder):
    """The random numbers of the first stage stay as they are."""
    cfg = load_recipe('crt/resnet20_digitslt')
    before = torch.get_rng_state(), np.random.get_state()[1]
    state = random.getstate()
    check_later_stage(cfg)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (np.random.get_state()[1] == before[1]).all()
    assert random.getstate() == state
    cfg.train_dataloader.batch_size = 1000
    with pytest.raises(ValueError, match='batch_size=1000'):
        check_later_stage(cfg)
    assert torch.equal(torch.get_rng_state(), before[0])


def test_a_mixture_of_pairs_needs_a_sampler_of_pairs(in_a_folder):
    options = {
        'data_preprocessor.mixing': dict(type='BatchMinorityCutMix'),
        'train_dataloader.batch_size': 64,
    }
    with pytest.raises(ValueError, match='pairs for BatchMinorityCutMix'):
        check_training(runner(in_a_folder / 'without', options))
    options['train_dataloader.sampler'] = dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='class_balanced',
        pair_with_uniform=True,
    )
    check_training(runner(in_a_folder / 'with', options))
