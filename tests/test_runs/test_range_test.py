import math

import numpy as np
import pytest

from mmlt.runs.range_test import (
    RangeTest,
    has_diverged,
    spaced_rates,
    without_noise,
)


def curve(fall=1e-2, rise=1.0, noise=0.0, low=1e-5, high=10.0, steps=200):
    """A loss that falls fastest at one rate and rises from another on."""
    rates = np.array(spaced_rates(low, high, steps))
    x = np.log10(rates / fall)
    losses = 2 - np.tanh(x) + (rates / rise) ** 2
    losses += noise * np.random.default_rng(0).standard_normal(steps)
    return RangeTest(rates.tolist(), losses.tolist(), 0.05)


def test_rates_grow_by_one_factor():
    rates = spaced_rates(1e-3, 10, 5)
    np.testing.assert_allclose(rates, [1e-3, 1e-2, 0.1, 1, 10], rtol=1e-12)


@pytest.mark.parametrize('noise', [0, 0.02])
@pytest.mark.parametrize('fall', [1e-3, 1e-2])
def test_the_steepest_and_the_lowest_place_are_found(fall, noise):
    """tanh(x) is steepest at 0; the minimum is that of the formula."""
    found = curve(fall, noise=noise)
    exact = np.linspace(-4, 0.5, 100_001)
    values = -np.tanh(exact - math.log10(fall)) + 10 ** (2 * exact)
    lowest = exact[np.argmin(values)]
    decades = np.log10(found.rates)
    reach = 0.2 if not noise else 0.5
    assert abs(decades[found.fastest] - math.log10(fall)) < reach
    assert abs(decades[found.lowest] - lowest) < reach


def test_the_advice_is_a_tenth_of_the_lowest():
    found = curve()
    best = found.rates[found.lowest]
    assert f'take about {best / 10:.1g}, ' in found.advice
    assert 'the recipe has 0.05' in found.advice


def test_what_comes_after_the_network_is_lost_does_not_count():
    """It may end with a low loss: that of predicting what is frequent."""
    found = curve(high=100)
    losses = list(found.losses)
    losses[-10:] = [0.1] * 10
    ends = RangeTest(found.rates, losses, 0.05)
    assert ends.lost < 190
    assert ends.lowest == found.lowest
    assert ends.advice == found.advice
    calm = RangeTest(found.rates[:80], losses[:80], 0.05)
    assert calm.lost == 80


def test_a_first_batch_that_is_hard_is_not_the_steepest_place():
    found = curve()
    losses = [9.0, *found.losses[1:]]
    assert RangeTest(found.rates, losses, 0.05).fastest == found.fastest


def test_a_range_that_is_too_low_or_too_high_says_so():
    assert 'go higher (--high)' in curve(high=0.02).advice
    assert 'begin lower (--low)' in curve(low=2).advice
    assert curve(low=2).fastest == 0


def test_a_line_stays_a_line():
    """The mean has as many neighbors on either side: it is not late."""
    line = np.arange(60.0) * 3 + 1
    np.testing.assert_allclose(without_noise(line), line, rtol=1e-12)


def test_noise_becomes_less_by_the_root_of_what_is_averaged():
    noise = np.random.default_rng(0).standard_normal(4000)
    middle = np.array(without_noise(noise))[200:-200]
    assert middle.std() == pytest.approx(401**-0.5, rel=0.5)


@pytest.mark.parametrize('last', [math.nan, math.inf, 9.0])
def test_a_loss_that_is_lost(last):
    assert has_diverged([2.0, 2.0, 2.0, last])


def test_a_loss_that_rises_a_little_is_not_lost():
    assert not has_diverged([2.0, 2.0, 2.0, 7.0])
