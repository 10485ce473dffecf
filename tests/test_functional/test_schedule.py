"""Epochs and shares of a schedule; the oracle is exact decimal arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest

from mmlt.functional import check_epoch, epoch_of


@pytest.mark.parametrize(
    ('share', 'max_epochs', 'epoch'),
    [
        (0.25, 200, 50),
        (0.25, 90, 22),
        (0.8, 200, 160),
        (0.7, 40, 28),
        (0.5, 20, 10),
        (0.29, 100, 29),  # 28.999999999999996 in floating point
        (0.57, 100, 56 + 1),  # 56.99999999999999
        (1 / 3, 90, 30),
        (2 / 3, 30, 20),
        (0.995, 200, 199),
    ],
)
def test_a_share_is_the_epoch_that_one_expects(share, max_epochs, epoch):
    assert epoch_of(share, max_epochs) == epoch


def test_every_share_of_two_digits_is_rounded_down_exactly():
    for hundredths in range(100):
        for max_epochs in (*range(1, 120), 180, 200, 400, 1000):
            exact = math.floor(Fraction(hundredths, 100) * max_epochs)
            assert epoch_of(hundredths / 100, max_epochs) == exact


def test_every_epoch_is_found_again_from_its_share():
    for max_epochs in (1, 3, 7, 30, 90, 100, 200, 400, 999):
        for epoch in range(max_epochs):
            assert epoch_of(epoch / max_epochs, max_epochs) == epoch


def test_convention_the_type_decides():
    assert epoch_of(0, 200) == epoch_of(0.0, 200) == 0
    assert epoch_of(1, 200) == 1
    assert epoch_of(np.int64(7), 200) == 7
    assert epoch_of(np.float64(0.25), 200) == 50
    # an exact fraction is a share, as a float is
    assert epoch_of(np.float32(0.25), 200) == 50


def test_convention_an_epoch_may_be_beyond_the_end_a_share_is_not():
    assert epoch_of(1000, 200) == 1000
    for max_epochs in (1, 2, 40, 200):
        last = math.nextafter(1, 0)
        assert epoch_of(last, max_epochs) == max_epochs - 1


def test_a_tiny_share_is_the_first_epoch():
    assert epoch_of(0.001, 200) == 0
    assert epoch_of(5e-324, 200) == 0
    assert epoch_of(0.99, 1) == 0


def test_an_epoch_needs_no_schedule_and_a_share_does():
    assert epoch_of(50) == 50
    for missing in (None, 0):
        with pytest.raises(ValueError, match='`max_epochs`.*`LongTailHook`'):
            epoch_of(0.25, missing)


@pytest.mark.parametrize('value', [0, 50, 0.0, 0.25, np.int32(3)])
def test_what_is_accepted_is_returned(value):
    got = check_epoch('begin', value)
    assert got == value
    assert type(got) is (float if isinstance(value, float) else int)


@pytest.mark.parametrize(
    ('value', 'hint'),
    [
        (1.0, r'Pass an int for an epoch: 1\.'),
        (50.0, r'Pass an int for an epoch: 50\.'),
        (1.5, r'Pass an int for an epoch\.'),
        (math.inf, r'Pass an int for an epoch\.'),
        (-1, '0 is the first epoch'),
        (-0.25, '0 is the first epoch'),
        (math.nan, '0.25 is epoch 50 of 200'),
        (True, '0.25 is epoch 50 of 200'),
        (None, '0.25 is epoch 50 of 200'),
        ('0.25', '0.25 is epoch 50 of 200'),
    ],
)
def test_what_is_neither_is_refused_with_the_next_step(value, hint):
    with pytest.raises(ValueError, match=f'`begin`.*got .*{hint}'):
        check_epoch('begin', value)
    with pytest.raises(ValueError, match='`value`'):
        epoch_of(value, 200)
