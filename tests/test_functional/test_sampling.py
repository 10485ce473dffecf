"""Probabilities against exact fractions; draws against chi-square."""

from fractions import Fraction as F

import numpy as np
import pytest
from scipy.stats import chisquare

from mmlt.functional import (
    long_tailed_counts,
    sample_rows,
    sampling_probabilities,
)

COUNTS = [100, 25, 4, 1]


@pytest.mark.parametrize(
    ('strategy', 'expected'),
    [
        ('class_balanced', [F(1, 4)] * 4),
        ('square_root', [F(10, 18), F(5, 18), F(2, 18), F(1, 18)]),
        # 1, 4, 25, 100 of 130: the tail is drawn as the head was there
        ('reverse', [F(1, 130), F(4, 130), F(25, 130), F(100, 130)]),
    ],
)
def test_probabilities_are_those_of_the_formula(strategy, expected):
    p = sampling_probabilities(COUNTS, strategy)
    np.testing.assert_allclose(p, [float(f) for f in expected], rtol=1e-15)
    assert p.dtype == np.float64


@pytest.mark.parametrize('epoch', [0, 1, 6, 9])
def test_progressive_moves_from_the_images_to_the_classes(epoch):
    share = F(epoch + 1, 10)
    expected = [share / 4 + (1 - share) * F(n, 130) for n in COUNTS]
    p = sampling_probabilities(COUNTS, 'progressive', epoch, 10)
    np.testing.assert_allclose(p, [float(f) for f in expected], rtol=1e-15)


def test_convention_the_last_progressive_epoch_is_class_balanced():
    p = sampling_probabilities(COUNTS, 'progressive', 199, 200)
    assert p.tolist() == [0.25] * 4


def test_convention_progressive_drs_starts_at_161_of_200():
    """The published code's share at its first rebalanced epoch: 161/200.

    https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/dataset/baseset.py#L56-L59
    """
    p = sampling_probabilities(COUNTS, 'progressive', 160, 200)
    assert p[3] == pytest.approx(0.805 / 4 + 0.195 / 130, rel=1e-15)


@pytest.mark.parametrize(
    'strategy', ['class_balanced', 'square_root', 'progressive', 'reverse']
)
class TestEveryStrategy:
    def probabilities(self, counts, strategy):
        return sampling_probabilities(counts, strategy, epoch=0, max_epochs=7)

    def test_equal_counts_are_drawn_equally(self, strategy):
        p = self.probabilities([6, 6, 6], strategy)
        np.testing.assert_allclose(p, 1 / 3, rtol=1e-15)

    def test_a_class_without_images_is_left_out(self, strategy):
        p = self.probabilities([5, 0, 2, 0], strategy)
        assert p[[1, 3]].tolist() == [0, 0]
        rest = self.probabilities([5, 2], strategy)
        np.testing.assert_allclose(p[[0, 2]], rest, rtol=1e-15)

    def test_one_class_is_certain(self, strategy):
        assert self.probabilities([3], strategy).tolist() == [1]

    def test_counts_of_inaturalist_sum_to_one(self, strategy):
        counts = np.random.RandomState(0).randint(2, 1001, 8142)
        p = self.probabilities(counts, strategy)
        assert p.sum() == pytest.approx(1, abs=1e-12)
        assert (p > 0).all()

    def test_no_image_at_all_is_an_error(self, strategy):
        for counts in ([], [0, 0], [3, -1], [[1]]):
            with pytest.raises(ValueError, match='`counts`.*images per class'):
                self.probabilities(counts, strategy)


def test_an_unknown_strategy_names_the_known_ones():
    with pytest.raises(ValueError, match="'square_root'.*got 'balance'"):
        sampling_probabilities(COUNTS, 'balance')


@pytest.mark.parametrize('progress', [(None, None), (10, 10), (-1, 3)])
def test_progressive_asks_for_the_epoch(progress):
    with pytest.raises(ValueError, match=r'`epoch` in \[0, max_epochs\)'):
        sampling_probabilities(COUNTS, 'progressive', *progress)


def draw(counts, p, size=200_000, seed=0):
    rows = np.random.RandomState(5).permutation(sum(counts))
    rng = np.random.RandomState(seed)
    drawn = sample_rows(rows, np.asarray(counts), np.asarray(p), size, rng)
    label_of = np.empty(len(rows), dtype=int)
    label_of[rows] = np.repeat(np.arange(len(counts)), counts)
    return drawn, label_of


def test_classes_are_drawn_with_their_probability():
    p = [0.1, 0.2, 0.3, 0.4]
    drawn, label_of = draw(COUNTS, p)
    seen = np.bincount(label_of[drawn], minlength=4)
    assert chisquare(seen, np.multiply(p, len(drawn))).pvalue > 0.01


def test_the_images_of_a_class_are_drawn_alike():
    drawn, label_of = draw(COUNTS, [0.7, 0.1, 0.1, 0.1])
    seen = np.bincount(drawn, minlength=130)[label_of == 0]
    assert len(seen) == 100
    assert chisquare(seen).pvalue > 0.01


def test_an_empty_class_is_never_drawn():
    """First, in the middle, and last, where rounding could reach it."""
    counts = [0, 3, 0, 5, 0]
    p = sampling_probabilities(counts, 'class_balanced')
    drawn, label_of = draw(counts, p)
    assert set(label_of[drawn]) == {1, 3}
    assert set(drawn) == set(range(8))


def test_the_largest_random_number_stays_inside():
    class Largest:
        def random_sample(self, size):
            return np.full(size, np.nextafter(1, 0))

    counts = long_tailed_counts(100, 500, 100)
    p = sampling_probabilities(counts, 'square_root')
    rows = np.arange(counts.sum())
    drawn = sample_rows(rows, counts, p, 3, Largest())
    assert drawn.tolist() == [counts.sum() - 1] * 3


def test_a_longer_sequence_begins_like_a_shorter_one():
    p = sampling_probabilities(COUNTS, 'reverse')
    short, longer = (draw(COUNTS, p, size)[0] for size in (10, 13))
    assert longer[:10].tolist() == short.tolist()
