"""Processes share out one sequence of images, with the real ranks."""

import numpy as np
import pytest
from mmpretrain.registry import DATA_SAMPLERS

from mmlt.datasets import DigitsLT

from .processes import in_processes, needs_gloo

pytestmark = needs_gloo
NUM_IMAGES = 100  # not a multiple of 3
SETTINGS = [
    dict(type='DefaultSampler', shuffle=True),
    dict(type='DefaultSampler', shuffle=False),
    dict(type='LongTailSampler', strategy='class_balanced'),
    dict(type='LongTailSampler', strategy='progressive'),
    dict(type='LongTailSampler', begin=2),
    dict(type='LongTailSampler', pair_with_uniform=True),
]


def draw():
    """Rows that this process draws in three epochs, per sampler.

    No seed is given: the processes have to agree on one.
    """
    dataset = DigitsLT(split='train', pipeline=[], indices=NUM_IMAGES)
    drawn = []
    for setting in SETTINGS:
        sampler = DATA_SAMPLERS.build(dict(setting, dataset=dataset))
        epochs = []
        for epoch in range(3):
            sampler.set_epoch(epoch)
            if hasattr(sampler, 'set_progress'):
                sampler.set_progress(epoch, 3)
            epochs.append(list(sampler))
            assert len(epochs[-1]) == len(sampler)
        drawn.append((sampler.seed, epochs))
    return drawn


def one_process(dataset, setting, seed, epoch):
    """The sequence of one process with the same seed."""
    settings = dict(setting, dataset=dataset, seed=seed)
    sampler = DATA_SAMPLERS.build(settings)
    sampler.set_epoch(epoch)
    if hasattr(sampler, 'set_progress'):
        sampler.set_progress(epoch, 3)
    return list(sampler)


@pytest.mark.parametrize('world_size', [2, 3])
def test_processes_share_one_sequence(world_size):
    per_process = in_processes(world_size, draw)
    dataset = DigitsLT(split='train', pipeline=[], indices=NUM_IMAGES)
    for i, setting in enumerate(SETTINGS):
        seeds = {drawn[i][0] for drawn in per_process}
        assert len(seeds) == 1, 'processes must agree on a seed'
        width = 2 if setting.get('pair_with_uniform') else 1
        for epoch in range(3):
            parts = [
                np.reshape(drawn[i][1][epoch], (-1, width))
                for drawn in per_process
            ]
            each = -(-NUM_IMAGES // world_size)
            assert [len(part) for part in parts] == [each] * world_size
            joined = np.stack(parts, axis=1).reshape(-1, width)
            alone = one_process(dataset, setting, seeds.copy().pop(), epoch)
            expected = np.reshape(alone, (-1, width))
            assert (joined[:NUM_IMAGES] == expected).all(), setting
            if setting['type'] == 'DefaultSampler':
                # every image once; only the padding comes again
                rows = joined.ravel()
                assert sorted(rows[:NUM_IMAGES]) == list(range(NUM_IMAGES))
                assert (
                    rows[NUM_IMAGES:] == rows[: len(rows) - NUM_IMAGES]
                ).all()
