"""Numbers per class, against those of the published code of FCC.

Executed on CPU with the counts of CIFAR-10-LT (ratio 100) at
https://github.com/lijian16/FCC/tree/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/loss/loss_impl:

    weights        class_balanced_loss.py#L27-L28
    smoothing      cross_entropy_label_aware_smooth_loss.py#L26-L39
    temperatures   class_dependent_temperatures_loss.py#L22
    margins        ldam_loss.py#L28-L31
"""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from mmlt.functional import (
    cdt_temperatures,
    class_balanced_weights,
    cost_sensitive_weights,
    label_aware_smoothing,
    ldam_margins,
    log_counts,
)

COUNTS = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
GOLDEN = {
    'weights': (
        lambda n: class_balanced_weights(n, 0.9999),
        '.05061 .0769 .12113 .19504 .31881 .52459 .86835 1.44263 2.40922 '
        '3.99272',
    ),
    'smoothing': (
        lambda n: label_aware_smoothing(n, 0.4, 0.1),
        '.4 .34141 .25784 .19605 .15631 .13202 .11732 .10847 .10314 .1',
    ),
    'temperatures': (
        lambda n: cdt_temperatures(n, 0.2),
        '1 1.10779 1.22725 1.35941 1.5062 1.66821 1.84798 2.04734 2.26975 '
        '2.51189',
    ),
    'margins': (
        ldam_margins,
        '.15811 .1797 .20424 .23209 .26383 .29977 .34068 .38722 .4405 .5',
    ),
}
ALL = {
    **{name: function for name, (function, _) in GOLDEN.items()},
    'cost-sensitive': cost_sensitive_weights,
    'linear': lambda n: label_aware_smoothing(n, 0.4, 0.1, 'linear'),
    'convex': lambda n: label_aware_smoothing(n, 0.4, 0.1, 'convex'),
}


@pytest.mark.parametrize('name', GOLDEN)
def test_it_is_the_table_of_the_published_code(name):
    function, text = GOLDEN[name]
    expected = [float(word) for word in text.split()]
    assert function(COUNTS).tolist() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize('name', ALL)
def test_any_form_of_the_counts_gives_float64(name):
    got = ALL[name](COUNTS)
    assert got.dtype == torch.float64
    assert torch.equal(got, ALL[name](torch.tensor(COUNTS)))


@pytest.mark.parametrize('name', ALL)
def test_a_class_is_its_count_not_its_position(name):
    """Eleven classes and more: no order of labels as strings."""
    counts = torch.arange(1, 13) ** 2
    order = torch.randperm(12)
    torch.testing.assert_close(
        ALL[name](counts[order]), ALL[name](counts)[order], rtol=1e-14, atol=0
    )


@pytest.mark.parametrize('beta', [0.9, 0.999, 0.9999])
def test_class_balanced_weights_by_exact_fractions(beta):
    b = Fraction(beta)
    raw = [(1 - b) / (1 - b**n) for n in (100, 10, 1)]
    expected = [float(3 * w / sum(raw)) for w in raw]
    got = class_balanced_weights([100, 10, 1], beta)
    assert got.tolist() == pytest.approx(expected, rel=1e-12)


def test_class_balanced_weights_at_both_ends_of_beta():
    assert class_balanced_weights(COUNTS, 0).tolist() == [1] * 10
    near = class_balanced_weights(COUNTS, 1e-12)
    assert near.tolist() == pytest.approx([1] * 10)
    inverse = 1 / torch.tensor(COUNTS, dtype=torch.float64)
    inverse *= 10 / inverse.sum()
    torch.testing.assert_close(
        class_balanced_weights(COUNTS, 1 - 1e-12), inverse, rtol=1e-6, atol=0
    )


def test_the_mean_of_class_balanced_weights_is_one():
    assert class_balanced_weights(COUNTS, 0.99).mean().item() == (
        pytest.approx(1, rel=1e-14)
    )


def test_cost_sensitive_weights_by_hand():
    got = cost_sensitive_weights([64, 16, 4])
    assert got.tolist() == [1 / 16, 1 / 4, 1]
    assert cost_sensitive_weights([64, 16, 4], 0.5).tolist() == [0.25, 0.5, 1]
    assert cost_sensitive_weights([64, 16, 4], 0).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ('shape', 'middle'),
    [
        ('concave', 0.1 + 0.3 * math.sin(math.pi / 4)),
        ('linear', 0.25),
        ('convex', 0.4 + 0.3 * math.sin(1.5 * math.pi + math.pi / 4)),
    ],
)
def test_shapes_of_the_smoothing(shape, middle):
    got = label_aware_smoothing([101, 51, 1], 0.4, 0.1, shape)
    assert got.tolist() == pytest.approx([0.4, middle, 0.1], rel=1e-12)


def test_convention_equal_counts_have_the_smoothing_of_the_tail():
    for shape in ('concave', 'linear', 'convex'):
        got = label_aware_smoothing([7, 7, 7], 0.4, 0.1, shape)
        assert got.tolist() == pytest.approx([0.1] * 3)


@pytest.mark.parametrize('name', ['weights', 'temperatures', 'cost-sensitive'])
def test_equal_counts_or_one_class_give_one(name):
    assert ALL[name]([7, 7, 7]).tolist() == pytest.approx([1] * 3, rel=1e-14)
    assert ALL[name]([7]).tolist() == pytest.approx([1], rel=1e-14)


def test_settings_of_nothing_change_nothing():
    assert cdt_temperatures(COUNTS, 0).tolist() == [1] * 10
    assert ldam_margins(COUNTS, 0).tolist() == [0] * 10
    assert label_aware_smoothing(COUNTS, 0.1, 0.1).tolist() == (
        pytest.approx([0.1] * 10)
    )


@pytest.mark.parametrize('name', ALL)
def test_a_class_without_images_is_refused(name):
    with pytest.raises(ValueError, match='class 2 has 0 .2 such classes'):
        ALL[name]([5, 3, 0, 0])
    with pytest.raises(ValueError, match=r'got shape \(2, 2\)'):
        ALL[name]([[5, 3], [2, 1]])


@pytest.mark.parametrize(
    ('call', 'match'),
    [
        (lambda: class_balanced_weights(COUNTS, 1), r'`beta`.*\[0, 1\).*0.9'),
        (lambda: class_balanced_weights(COUNTS, -0.1), '`beta`.*got -0.1'),
        (lambda: cost_sensitive_weights(COUNTS, -1), '`power`.*got -1'),
        (lambda: ldam_margins(COUNTS, -1), '`max_margin`.*got -1'),
        (lambda: cdt_temperatures(COUNTS, -1), '`gamma`.*got -1'),
        (
            lambda: label_aware_smoothing(COUNTS, 1.4, 0.1),
            r'`head_smoothing`.*\[0, 1\]',
        ),
        (
            lambda: label_aware_smoothing(COUNTS, 0.4, -0.1),
            '`tail_smoothing`.*got -0.1',
        ),
        (
            lambda: label_aware_smoothing(COUNTS, 0.4, 0.1, 'exp'),
            "`shape`.*'concave', 'linear', 'convex'.*got 'exp'",
        ),
    ],
)
def test_settings_out_of_range_are_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_log_counts_against_numpy():
    counts = [500, 20, 1, 2**24 + 1]
    value = log_counts(counts)
    np.testing.assert_allclose(value.numpy(), np.log(counts), rtol=1e-15)
    # 2^24 + 1 is 2^24 in float32
    assert value[3] > log_counts([2**24])[0]
    assert log_counts(torch.tensor([0])).item() == -np.inf
