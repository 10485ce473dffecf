import pytest
import torch
from scipy.stats import chisquare

from mmlt.functional.augment import crop_batch
from mmlt.models import BatchRandomCrop, BatchRandomFlip

DRAWS = 10_000


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_every_crop_offset_is_equally_likely():
    """81 offsets of a 4-pixel padding: chi-square on 10,000 draws."""
    side = 8
    # a picture in which every pixel is unique shows where it was cut
    image = torch.arange(1, side * side + 1).view(1, 1, side, side)
    images = image.expand(DRAWS, -1, -1, -1)
    out = BatchRandomCrop(side, padding=4)(images, generator())
    places = torch.cartesian_prod(torch.arange(9), torch.arange(9))
    known = crop_batch(image.expand(81, -1, -1, -1), *places.T, side, 4)
    match = (out.flatten(1)[:, None] == known.flatten(1)[None]).all(-1)
    assert (match.sum(1) == 1).all()
    observed = match.sum(0)
    assert chisquare(observed).pvalue > 1e-3
    rows = observed.view(9, 9)
    assert chisquare(rows.sum(0)).pvalue > 1e-3
    assert chisquare(rows.sum(1)).pvalue > 1e-3


@pytest.mark.parametrize('prob', [0.1, 0.5, 0.9])
def test_flips_happen_at_their_rate(prob):
    images = torch.tensor([0.0, 1.0]).view(1, 1, 1, 2).expand(DRAWS, -1, 1, 2)
    out = BatchRandomFlip(prob)(images, generator())
    flipped = int(out[:, 0, 0, 0].sum())
    expected = [DRAWS * prob, DRAWS * (1 - prob)]
    assert chisquare([flipped, DRAWS - flipped], expected).pvalue > 1e-3


def test_probability_zero_and_one():
    images = torch.rand(50, 3, 4, 4)
    assert torch.equal(BatchRandomFlip(0.0)(images, generator()), images)
    flipped = BatchRandomFlip(1.0)(images, generator())
    assert torch.equal(flipped, images.flip(3))


def test_images_of_a_batch_differ_and_the_seed_repeats_them():
    image = torch.rand(1, 3, 8, 8).expand(64, -1, -1, -1)
    crop = BatchRandomCrop(8, padding=4)
    a, b, c = (crop(image, generator(seed)) for seed in (0, 0, 1))
    assert len(a.unique(dim=0)) > 30
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


@pytest.mark.parametrize(
    ('make', 'match'),
    [
        (lambda: BatchRandomCrop(0), 'size'),
        (lambda: BatchRandomCrop(8, padding=-1), '`padding`.*got -1'),
        (lambda: BatchRandomFlip(1.5), r'\[0, 1\], but got 1.5'),
    ],
)
def test_refuses_bad_settings(make, match):
    with pytest.raises(ValueError, match=match):
        make()
