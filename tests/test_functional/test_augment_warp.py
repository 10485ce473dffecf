"""Shears and shifts, pixel for pixel against Pillow; enlargements."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from mmlt.functional.augment_warp import (
    enlarge_batch,
    shear_batch,
    shift_batch,
)
from tests.pillow_images import by_pillow, pictures, values

AFFINE = Image.Transform.AFFINE


@pytest.mark.parametrize('slope', [0.0, 0.01, -0.04, 0.1, -0.3])
def test_shears_are_those_of_pillow(slope):
    images, slope = pictures(), float(np.float32(slope))
    for ours, matrix in (
        (shear_batch(images, values(slope)), (1, slope, 0, 0, 1, 0)),
        (
            shear_batch(images, values(0.0), values(slope)),
            (1, 0, 0, slope, 1, 0),
        ),
    ):
        theirs = by_pillow(
            images, lambda x, m=matrix: x.transform(x.size, AFFINE, m)
        )
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize('pixels', [0.0, 3.33, -3.33, 13.3, -33.3])
def test_shifts_are_those_of_pillow(pixels):
    images, pixels = pictures(), float(np.float32(pixels))
    none = values(0.0)
    for ours, matrix in (
        (shift_batch(images, values(pixels), none), (1, 0, pixels, 0, 1, 0)),
        (shift_batch(images, none, values(pixels)), (1, 0, 0, 0, 1, pixels)),
    ):
        theirs = by_pillow(
            images, lambda x, m=matrix: x.transform(x.size, AFFINE, m)
        )
        assert torch.equal(ours, theirs)


def test_a_shift_beyond_the_image_leaves_black():
    shifted = shift_batch(pictures(), values(40.0), values(0.0))
    assert not shifted.any()


def test_an_enlargement_is_a_resize_and_a_central_crop():
    images = pictures()
    for factor in (1.0, 1.167, 1.5):
        height, width = int(20 * factor), int(24 * factor)
        resized = F.interpolate(
            images.float(), size=(height, width), mode='bilinear'
        )
        top, left = height // 2 - 10, width // 2 - 12
        expected = resized[:, :, top : top + 20, left : left + 24]
        ours = enlarge_batch(images, values(factor))
        assert (ours.float() - expected).abs().max() <= 0.51


def test_an_enlargement_by_one_changes_nothing():
    assert torch.equal(enlarge_batch(pictures(), values(1.0)), pictures())
