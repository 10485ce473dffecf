"""Filters against Pillow, and the blur against the Gaussian."""

import pytest
import torch
from PIL import ImageEnhance, ImageFilter

from mmlt.functional import augment_filters
from tests.pillow_images import by_pillow, pictures, values


@pytest.mark.parametrize(
    ('name', 'kind', 'levels'),
    [
        ('smooth', ImageFilter.SMOOTH, 0),
        ('edge_enhance', ImageFilter.EDGE_ENHANCE, 0),
        # halves of sixths: Pillow's sums in float32 fall either way
        ('detail', ImageFilter.DETAIL, 1),
    ],
)
def test_filters_are_those_of_pillow(name, kind, levels):
    images = pictures()
    ours = getattr(augment_filters, f'{name}_batch')(images)
    theirs = by_pillow(images, lambda x: x.filter(kind))
    difference = (ours.int() - theirs.int()).abs()
    assert difference.max() <= levels
    assert difference.bool().float().mean() < 0.03


@pytest.mark.parametrize('factor', [0.125, 0.75, 1.5])
def test_sharpness_is_that_of_pillow(factor):
    images = pictures()
    ours = augment_filters.sharpness_batch(images, values(factor))
    theirs = by_pillow(
        images, lambda x: ImageEnhance.Sharpness(x).enhance(factor)
    )
    assert torch.equal(ours, theirs)


def test_an_image_of_two_pixels_has_no_inner_ones():
    images = pictures()[:, :, :2, :2]
    assert torch.equal(augment_filters.smooth_batch(images), images)


def test_the_blur_of_a_point_is_the_gaussian():
    images = torch.zeros(2, 3, 31, 31, dtype=torch.uint8)
    images[:, :, 15, 15] = 255
    deviations = torch.tensor([0.7, 2.0])
    blurred = augment_filters.blur_batch(images, deviations)
    steps = torch.arange(-15, 16).double()
    for image, deviation in zip(blurred, deviations.double(), strict=True):
        taps = torch.exp(-((steps / deviation) ** 2) / 2)
        expected = 255 * torch.outer(taps, taps) / taps.sum() ** 2
        assert (image.double() - expected).abs().max() <= 0.51


def test_a_blur_of_no_width_changes_nothing():
    images = pictures()
    assert torch.equal(augment_filters.blur_batch(images, values(0.0)), images)


def test_a_smooth_image_is_blurred_as_pillow_does_within_three_levels():
    images = pictures()[2:]
    for deviation in (0.25, 0.65, 2.0):
        ours = augment_filters.blur_batch(images, values(deviation)[:2])
        theirs = by_pillow(
            images,
            lambda x, d=deviation: x.filter(ImageFilter.GaussianBlur(d)),
        )
        assert (ours.int() - theirs.int()).abs().max() <= 3
