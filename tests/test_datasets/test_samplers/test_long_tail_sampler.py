"""Frequencies, the one global sequence, resuming, and the epoch's length."""

import numpy as np
import pytest
from mmengine.dataset import ConcatDataset, DefaultSampler, RepeatDataset
from mmpretrain.registry import DATA_SAMPLERS
from scipy.stats import chisquare

from mmlt.datasets import (
    DigitsLT,
    HeldOutSplit,
    LongTailedSubset,
    LongTailSampler,
)
from mmlt.functional import sampling_probabilities

STRATEGIES = ['class_balanced', 'square_root', 'progressive', 'reverse']


class Images:
    """A dataset of labels alone."""

    def __init__(self, counts=(500, 120, 30, 10, 1)):
        labels = np.repeat(np.arange(len(counts)), counts)
        self.labels = np.random.RandomState(1).permutation(labels)
        self.counts = np.asarray(counts)

    def get_gt_labels(self):
        return self.labels

    def __len__(self):
        return len(self.labels)


def sampler(strategy='class_balanced', dataset=None, epoch=0, **kwargs):
    dataset = Images() if dataset is None else dataset
    kwargs.setdefault('seed', 0)
    built = LongTailSampler(dataset, strategy, **kwargs)
    built.set_progress(epoch, 20)
    return built


def in_process(monkeypatch, rank, world_size, kind=LongTailSampler, **kwargs):
    for name in (
        'mmengine.dataset.sampler.get_dist_info',
        'mmlt.datasets.samplers.shuffled_sampler.place',
    ):
        monkeypatch.setattr(name, lambda: (rank, world_size))
    built = kind(**{'dataset': Images(), 'seed': 3, **kwargs})
    if kind is LongTailSampler:
        built.set_progress(4, 20)
    return built


@pytest.mark.parametrize('strategy', STRATEGIES)
@pytest.mark.parametrize('epoch', [0, 13])
def test_classes_are_drawn_as_the_strategy_says(strategy, epoch):
    data = Images()
    draws = [
        list(sampler(strategy, data, epoch=epoch, seed=seed))
        for seed in range(60)
    ]
    seen = np.bincount(data.labels[np.concatenate(draws)], minlength=5)
    p = sampling_probabilities(data.counts, strategy, epoch, 20)
    assert seen.sum() == 60 * 661
    assert chisquare(seen, p * seen.sum()).pvalue > 0.01


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_every_image_of_a_class_is_drawn(strategy):
    data = Images((4, 2, 1))
    built = sampler(strategy, data)
    seen = set()
    for epoch in range(20):
        built.set_progress(epoch, 20)
        seen |= set(built)
    assert seen == set(range(7))


def test_before_begin_it_is_the_default_sampler():
    data = Images()
    deferred = sampler(dataset=data, begin=16, seed=7)
    plain = DefaultSampler(data, seed=7)
    for epoch in (0, 1, 15):
        deferred.set_epoch(epoch)
        plain.set_epoch(epoch)
        assert list(deferred) == list(plain)
    deferred.set_epoch(16)
    assert len(set(deferred)) < len(data)
    at_once = sampler(dataset=data, seed=7)
    at_once.set_epoch(16)
    assert list(deferred) == list(at_once)


def test_begin_may_be_a_share_of_the_schedule():
    data = Images()
    share = sampler(dataset=data, begin=0.8, seed=7)
    number = sampler(dataset=data, begin=16, seed=7)
    for epoch in (0, 15, 16, 19):
        share.set_progress(epoch, 20)
        number.set_progress(epoch, 20)
        assert list(share) == list(number)
    untold = LongTailSampler(data, begin=0.8, seed=7)
    with pytest.raises(ValueError, match='`max_epochs`.*`LongTailHook`'):
        iter(untold)


def test_it_says_once_when_it_begins(monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmlt.datasets.samplers.long_tail_sampler.print_log',
        lambda text, **_: said.append(text),
    )
    built = sampler('square_root', begin=2)
    for epoch in range(5):
        built.set_progress(epoch, 5)
    assert said == ['square_root sampling from epoch 3 of 5 (begin=2).']


@pytest.mark.parametrize('world_size', [1, 2, 3])
@pytest.mark.parametrize('round_up', [True, False])
@pytest.mark.parametrize('begin', [0, 10])
def test_an_epoch_is_as_long_as_the_default_samplers(
    monkeypatch, world_size, round_up, begin
):
    for rank in range(world_size):
        where = (monkeypatch, rank, world_size)
        ours = in_process(*where, round_up=round_up, begin=begin)
        plain = in_process(*where, kind=DefaultSampler, round_up=round_up)
        assert len(ours) == len(plain) == len(list(ours)) == len(list(plain))


@pytest.mark.parametrize('strategy', STRATEGIES)
@pytest.mark.parametrize('world_size', [2, 3])
def test_processes_share_one_global_sequence(
    monkeypatch, strategy, world_size
):
    """661 images: 662 places on two processes, 663 on three."""
    parts = [
        list(in_process(monkeypatch, r, world_size, strategy=strategy))
        for r in range(world_size)
    ]
    assert len({tuple(part) for part in parts}) == world_size
    merged = np.stack(parts, axis=1).ravel()
    # the sequence, drawn here from the formula in its plainest form
    data = Images()
    rng = np.random.RandomState([3, 4])
    p = sampling_probabilities(data.counts, strategy, 4, 20)
    expected = []
    for _ in merged:
        c = np.searchsorted(p.cumsum(), rng.random_sample())
        which = int(rng.random_sample() * data.counts[c])
        expected.append(np.flatnonzero(data.labels == c)[which])
    assert merged.tolist() == expected


def test_a_resumed_run_draws_what_an_uninterrupted_one_would():
    whole = sampler('progressive')
    epochs = []
    for epoch in range(6):
        whole.set_progress(epoch, 20)
        epochs.append(list(whole))
    resumed = sampler('progressive', epoch=4)
    assert list(resumed) == epochs[4]
    resumed.set_progress(5, 20)
    assert list(resumed) == epochs[5]
    assert len({tuple(e) for e in epochs}) == 6


def test_seeds_and_epochs_do_not_share_sequences():
    """Seed 1 at epoch 0 is not seed 0 at epoch 1."""
    later = sampler(seed=0)
    later.set_epoch(1)
    assert list(sampler(seed=1)) != list(later)


def test_a_seed_is_found_where_none_is_given(monkeypatch):
    name = 'mmlt.datasets.samplers.shuffled_sampler.shared_seed'
    monkeypatch.setattr(name, lambda: 9)
    assert list(sampler(seed=None)) == list(sampler(seed=9))


class TestPairs:
    def test_half_of_a_batch_is_uniform_and_half_reverse(self):
        data = Images()
        rows = list(sampler('reverse', data, pair_with_uniform=True))
        uniform, reverse = rows[::2], rows[1::2]
        assert sorted(uniform) == list(range(661))
        plain = DefaultSampler(data, seed=0)
        assert uniform == list(plain)
        assert reverse == list(sampler('reverse', data))

    def test_an_epoch_is_twice_as_long(self):
        assert len(sampler('reverse', pair_with_uniform=True)) == 2 * 661

    def test_processes_share_out_the_pairs(self, monkeypatch):
        kwargs = dict(strategy='reverse', pair_with_uniform=True)
        whole = np.reshape(
            list(in_process(monkeypatch, 0, 1, **kwargs)), (-1, 2)
        )
        for rank in range(2):
            part = in_process(monkeypatch, rank, 2, **kwargs)
            pairs = np.reshape(list(part), (-1, 2))
            assert len(part) == 2 * len(pairs) == 662
            own = whole[rank::2]  # the last pair of rank 1 is the extra one
            assert pairs[: len(own)].tolist() == own.tolist()

    def test_it_cannot_begin_later(self):
        with pytest.raises(ValueError, match='`begin=0`.*got 160'):
            sampler(pair_with_uniform=True, begin=160)
        with pytest.raises(ValueError, match='`begin=0`.*got 0.8'):
            sampler(pair_with_uniform=True, begin=0.8)


@pytest.mark.parametrize(
    'wrap',
    [
        lambda d: d,
        lambda d: HeldOutSplit(d, part='train'),
        lambda d: LongTailedSubset(d, imbalance_ratio=2, order='frequency'),
        lambda d: RepeatDataset(d, times=2),
        lambda d: ConcatDataset([d, DigitsLT()]),
    ],
    ids=['DigitsLT', 'HeldOutSplit', 'Subset', 'Repeat', 'Concat'],
)
def test_it_draws_from_any_dataset(wrap):
    data = wrap(DigitsLT())
    built = sampler('class_balanced', data)
    rows = list(built)
    assert len(rows) == len(data)
    assert 0 <= min(rows) <= max(rows) < len(data)
    labels = [int(data.get_data_info(i)['gt_label']) for i in rows]
    assert chisquare(np.bincount(labels, minlength=10)).pvalue > 0.001


def test_an_empty_class_is_never_drawn():
    data = Images((50, 0, 5, 0))
    assert set(data.labels[list(sampler('reverse', data))]) == {0, 2}


def test_a_dataset_cut_by_the_runner_stays_inside_its_length():
    from mmengine.runner.runner import _SlicedDataset

    data = _SlicedDataset(Images(), 64)
    rows = list(sampler(dataset=data))
    assert len(rows) == 64
    assert max(rows) < 64


def test_wrong_settings_are_errors():
    with pytest.raises(ValueError, match='`strategy`.*progressive.*balance'):
        sampler('balance')
    with pytest.raises(ValueError, match="Did you mean 'class_balanced'"):
        sampler('class-balanced')  # as the recipe is called
    with pytest.raises(ValueError, match='`begin`.*got -1'):
        sampler(begin=-1)
    with pytest.raises(ValueError, match='dataset with images.*got 0 images'):
        sampler(dataset=Images(()))
    with pytest.raises(ValueError, match='labels of images, .* with .cat.'):
        sampler(dataset=['cat', 'dog'])
    lonely = LongTailSampler(Images(), 'progressive', seed=0)
    with pytest.raises(ValueError, match='`LongTailHook` tells a sampler'):
        iter(lonely)


def test_it_is_registered_under_its_name():
    built = DATA_SAMPLERS.build(
        dict(type='LongTailSampler', strategy='reverse', dataset=Images())
    )
    assert isinstance(built, LongTailSampler)


@pytest.mark.parametrize('strategy', ['square_root', 'class_balanced'])
@pytest.mark.parametrize('pairs', [False, True])
def test_what_a_trainer_deals_out_is_drawn_whole(strategy, pairs, monkeypatch):
    labels = [0] * 20 + [1] * 5 + [2] * 2
    settings = dict(strategy=strategy, pair_with_uniform=pairs, seed=3)
    alone = LongTailSampler(labels, **settings)
    monkeypatch.setattr(
        'mmlt.datasets.samplers.shuffled_sampler.place', lambda: (1, 2)
    )
    part = LongTailSampler(labels, **settings)
    whole = LongTailSampler(labels, shard=False, **settings)
    assert list(whole) == list(alone)
    assert len(whole) == len(alone) == 27 * (1 + pairs)
    assert len(list(part)) == len(part) == 14 * (1 + pairs)
