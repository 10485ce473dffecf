import numpy as np
import pytest

from mmlt.functional import (
    class_counts,
    largest_max_count,
    long_tailed_counts,
    long_tailed_indices,
)

# What the code of the field gives, written down, not computed here:
# https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/imbalance_cifar.py#L17-L23
PUBLISHED = {
    (10, 5000, 100): [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50],
    (10, 5000, 50): [5000, 3237, 2096, 1357, 878, 568, 368, 238, 154, 100],
    (10, 5000, 10): [5000, 3871, 2997, 2320, 1796, 1391, 1077, 834, 645, 500],
    (10, 5000, 200): [5000, 2775, 1540, 854, 474, 263, 146, 81, 45, 25],
    (10, 5000, 20): [5000, 3584, 2569, 1842, 1320, 946, 678, 486, 348, 250],
}
TOTALS = {
    (10, 5000): {10: 20431, 20: 17023, 50: 13996, 100: 12406, 200: 11203},
    (100, 500): {10: 19573, 20: 15907, 50: 12608, 100: 10847, 200: 9502},
}


@pytest.mark.parametrize('setting', PUBLISHED)
def test_counts_are_the_published_ones(setting):
    assert long_tailed_counts(*setting).tolist() == PUBLISHED[setting]


@pytest.mark.parametrize('data', TOTALS)
def test_totals_are_the_published_ones(data):
    for ratio, total in TOTALS[data].items():
        assert long_tailed_counts(*data, ratio).sum() == total


def test_step_profile_has_two_levels():
    counts = long_tailed_counts(5, 200, 20, profile='step')
    assert counts.tolist() == [200, 200, 200, 10, 10]


def test_pareto_profile_is_a_power_law():
    # worked out by hand: ratio 4, power 2, so n_c = 400 / (1 + c / 4)^2
    counts = long_tailed_counts(5, 400, 4, profile='pareto', power=2)
    assert counts.tolist() == [400, 256, 177, 130, 100]


@pytest.mark.parametrize('power', [0.5, 1, 3, 6, 20])
def test_ends_of_the_pareto_profile_are_those_of_the_others(power):
    for num_classes, max_count, ratio in ((10, 5000, 100), (1000, 1280, 256)):
        counts = long_tailed_counts(
            num_classes, max_count, ratio, profile='pareto', power=power
        )
        assert (np.diff(counts) <= 0).all()
        assert counts[0] == max_count
        assert counts[-1] == max_count // ratio


@pytest.mark.parametrize('profile', ['exponential', 'step', 'pareto'])
def test_the_smallest_class_has_the_whole_quotient(profile):
    """1 / ratio is rounded: 49 * (1 / 49) is less than 1 in float64."""
    assert int(49 * (1 / 49)) == 0
    for ratio in (3, 7, 49, 93, 98, 103, 107, 161, 187, 196, 197, 256):
        for times in (1, 2, 3, 10):
            found = [
                long_tailed_counts(num, times * ratio, ratio, profile)
                for num in (2, 10, 100)
            ]
            assert [counts[-1] for counts in found] == [times] * 3
            assert all((np.diff(counts) <= 0).all() for counts in found)
            one_less = long_tailed_counts(10, times * ratio + ratio - 1, ratio)
            assert one_less[-1] == times
    assert long_tailed_counts(1, 49, 49, profile).tolist() == [49]


def test_pareto_profile_becomes_exponential_for_a_large_power():
    pareto = long_tailed_counts(50, 10**6, 100, profile='pareto', power=1e6)
    exponential = long_tailed_counts(50, 10**6, 100)
    np.testing.assert_allclose(pareto, exponential, rtol=1e-4)


def test_total_of_the_pareto_profile_named_in_the_docstring():
    assert long_tailed_counts(1000, 1280, 256, 'pareto').sum() == 166769


def test_ratio_one_is_balanced():
    for profile in ('exponential', 'step', 'pareto'):
        assert set(long_tailed_counts(7, 30, 1, profile)) == {30}


def test_one_class_has_all_images():
    assert long_tailed_counts(1, 30, 100).tolist() == [30]


def test_convention_counts_are_truncated_not_rounded():
    # 5000 * 0.01 ** (2 / 9) = 1796.9
    assert long_tailed_counts(10, 5000, 100)[2] == 1796


@pytest.mark.parametrize('bad', [0.5, 0, -1, float('nan'), float('inf')])
def test_refuses_what_is_no_ratio(bad):
    with pytest.raises(ValueError, match='imbalance_ratio'):
        long_tailed_counts(10, 5000, bad)


def test_an_inverse_ratio_is_recognized():
    with pytest.raises(ValueError, match=r'n_min/n_max; pass 100'):
        long_tailed_counts(10, 5000, 0.01)


def test_refuses_an_empty_class():
    with pytest.raises(ValueError, match='class 8 would have none'):
        long_tailed_counts(10, 50, 100)


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(num_classes=0), 'num_classes'),
        (dict(max_count=0), 'max_count'),
        (dict(profile='linear'), "'exponential', 'step', 'pareto'"),
        (dict(power=0), 'power'),
        (dict(power=float('nan')), 'power'),
    ],
)
def test_refuses_bad_settings(kwargs, match):
    settings = dict(num_classes=10, max_count=100, imbalance_ratio=10)
    with pytest.raises(ValueError, match=match):
        long_tailed_counts(**{**settings, **kwargs})


def test_indices_are_ascending_distinct_and_of_the_right_class():
    labels = np.random.RandomState(1).randint(0, 4, 400)
    counts = np.array([50, 20, 7, 1])
    rows = long_tailed_indices(labels, counts)
    assert (np.diff(rows) > 0).all()
    assert np.bincount(labels[rows]).tolist() == counts.tolist()


def test_convention_one_random_stream_is_shared_by_the_classes():
    # Recorded from the procedure in words: RandomState(0), one shuffle per
    # class in ascending order, the first n_c of each.
    labels = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    rng = np.random.RandomState(0)
    zero, one = np.array([0, 2, 4, 6]), np.array([1, 3, 5, 7])
    rng.shuffle(zero)
    rng.shuffle(one)
    expected = sorted([*zero[:3], *one[:2]])
    assert long_tailed_indices(labels, [3, 2], seed=0).tolist() == expected


def test_the_seed_changes_the_selection():
    labels = np.repeat(np.arange(3), 100)
    a, b = (long_tailed_indices(labels, [9, 9, 9], seed=s) for s in (0, 1))
    assert a.tolist() != b.tolist()


def test_refuses_more_images_than_there_are():
    with pytest.raises(ValueError, match='class 1 to have at least 3'):
        long_tailed_indices(np.array([0, 0, 0, 1]), [2, 3])


def test_class_counts_keep_empty_classes():
    assert class_counts(np.array([3, 1, 1]), 5).tolist() == [0, 2, 0, 1, 0]


@pytest.mark.parametrize('label', [-1, 5])
def test_class_counts_refuse_labels_out_of_range(label):
    with pytest.raises(ValueError, match=f'image 1 has label {label}'):
        class_counts(np.array([0, label]), 5)


@pytest.mark.parametrize('profile', ['exponential', 'step', 'pareto'])
@pytest.mark.parametrize('ratio', [1, 7, 100])
def test_largest_max_count_fits_and_one_more_does_not(profile, ratio):
    available = np.random.RandomState(0).randint(100, 900, 20)
    largest = largest_max_count(available, ratio, profile)

    def fits(max_count):
        counts = long_tailed_counts(20, max_count, ratio, profile)
        return (counts <= available).all()

    assert fits(largest)
    # truncation gives away less than one image of the smallest class
    assert not fits(largest + ratio)


def test_largest_max_count_by_hand():
    # 1, 1/2, 1/4 of the largest class
    assert largest_max_count([100, 30, 40], 4) == 60
    assert largest_max_count([50, 30, 40], 4) == 50
    assert largest_max_count([9], 4) == 9
    with pytest.raises(ValueError, match='one has none'):
        largest_max_count([9, 0], 2)
