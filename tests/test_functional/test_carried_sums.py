"""Sums of calibration that have no largest number of samples."""

from fractions import Fraction

import pytest
import torch

from mmlt.functional.calibration import bins_of_sums, calibration_sums
from mmlt.functional.carried_sums import bins_of_carried_sums, carried_sums

ROWS = [0, 1, 3, 4]


def mass(sums):
    """The confidence of each bin, exactly."""
    ones, whole, rest = (row.tolist() for row in sums[2:])
    return [
        a + Fraction(b, 2**32) + Fraction(c, 2**64)
        for a, b, c in zip(ones, whole, rest, strict=True)
    ]


def test_carrying_changes_no_confidence():
    generator = torch.Generator().manual_seed(0)
    sums = torch.randint(0, 2**62, (5, 20), generator=generator)
    sums[2] = torch.randint(0, 2**40, (20,), generator=generator)
    carried = carried_sums(sums)
    assert mass(carried) == mass(sums)
    assert torch.equal(carried[:2], sums[:2])
    assert carried[3:].min() >= 0
    assert carried[3:].max() < 2**32
    assert torch.equal(carried_sums(carried), carried)
    # and of several at once
    batch = torch.stack([sums, sums])
    assert torch.equal(carried_sums(batch)[1], carried)


def test_the_bins_are_those_of_sums_that_fit():
    generator = torch.Generator().manual_seed(1)
    confidence = torch.rand(1000, generator=generator, dtype=torch.float64)
    correct = torch.rand(1000, generator=generator) < confidence
    sums = calibration_sums(confidence, correct)
    five = sums.new_zeros(5, 15)
    five[ROWS] = sums
    for found in (five, carried_sums(five)):
        for got, expected in zip(
            bins_of_carried_sums(found), bins_of_sums(sums), strict=True
        ):
            torch.testing.assert_close(got, expected, rtol=1e-15, atol=0)


def test_three_thousand_million_samples():
    """A confidence of 0.9999 each, and as many right: the bin is calibrated.

    In one int64 of units of 2^-32 this is negative.
    """
    confidence = torch.full((10_000,), 0.9999, dtype=torch.float64)
    correct = torch.arange(10_000) > 0
    image = calibration_sums(confidence, correct)
    total = image.new_zeros(5, 15)
    for _ in range(300):
        total[ROWS] += image * 1000
        total = carried_sums(total)
    assert (image[2].sum() * 300_000).item() < 0  # what it was before
    count, mean, accuracy = bins_of_carried_sums(total)
    assert count.sum() == 3_000_000_000
    assert mean[-1].item() == pytest.approx(0.9999, rel=1e-15)
    assert accuracy[-1].item() == pytest.approx(0.9999, rel=1e-15)
