"""Processes that load images end with their training."""

import threading

import pytest
from mmengine.config import Config

from mmlt.runs.preflight import complete_config
from mmlt.runs.recipes import load_recipe
from mmlt.runs.runner import build_runner
from mmlt.runs.workers import end_workers


def feeders():
    return [t for t in threading.enumerate() if 'QueueFeeder' in t.name]


@pytest.mark.parametrize('workers', [0, 1])
def test_the_threads_that_feed_them_end_too(photo_place, tmp_path, workers):
    cfg = load_recipe(
        photo_place / 'ours/ce.py',
        options={
            'work_dir': str(tmp_path),
            'train_cfg.max_epochs': 1,
            'train_dataloader.num_workers': workers,
            'val_dataloader.num_workers': workers,
        },
    )
    runner = build_runner(complete_config(Config(cfg.to_dict())))
    runner.train()
    loaders = runner.train_dataloader, runner.val_dataloader
    assert len(feeders()) == 2 * workers
    end_workers(runner)
    assert not feeders()
    # a loader begins new ones where it is used again
    for loader in loaders:
        next(iter(loader))
    end_workers(runner)
    assert not feeders()
