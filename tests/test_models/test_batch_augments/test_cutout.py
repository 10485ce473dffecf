import pytest
import torch
from scipy.stats import chisquare

from mmlt.models import BatchCutout


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_every_pixel_is_equally_likely_to_be_the_center():
    """A square of one pixel is its center: chi-square on 10,000 draws."""
    out = BatchCutout(1)(torch.ones(10_000, 1, 5, 6), generator())
    assert (out == 0).flatten(1).sum(1).eq(1).all()
    assert chisquare((out == 0).sum((0, 1)).flatten()).pvalue > 1e-3


def test_squares_stick_out_and_are_whole_inside():
    out = BatchCutout(16)(torch.ones(2000, 3, 32, 32), generator())
    sizes = (out[:, 0] == 0).flatten(1).sum(1)
    assert sizes.max() == 256
    assert sizes.min() == 64  # a center in the corner pixel: 8 x 8 are left
    # by hand: rows of the square inside, over the 32 places of its center
    rows = sum(min(c + 8, 32) - max(c - 8, 0) for c in range(32)) / 32
    assert sizes.double().mean().item() == pytest.approx(rows**2, rel=0.02)


def test_the_seed_repeats_it_and_the_size_is_checked():
    images = torch.rand(16, 3, 8, 8)
    a, b, c = (BatchCutout(4)(images, generator(s)) for s in (0, 0, 1))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
    with pytest.raises(ValueError, match='`size` to be an integer >= 1'):
        BatchCutout(0)
