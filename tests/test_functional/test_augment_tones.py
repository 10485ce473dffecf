"""Tones, pixel for pixel against Pillow."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance, ImageOps

from mmlt.functional import augment_tones
from tests.pillow_images import by_pillow, pictures, values


def solarize_add(image, value):
    """The published lines, in numpy."""
    array = np.clip(np.array(image).astype(int) + value, 0, 255)
    return ImageOps.solarize(Image.fromarray(array.astype(np.uint8)), 128)


def enhanced(kind):
    return lambda image, value: kind(image).enhance(value)


@pytest.mark.parametrize('name', ['autocontrast', 'equalize', 'invert'])
def test_tones_without_a_value_are_those_of_pillow(name):
    images = pictures()
    ours = getattr(augment_tones, f'{name}_batch')(images)
    assert torch.equal(ours, by_pillow(images, getattr(ImageOps, name)))
    assert ours.dtype == torch.uint8


@pytest.mark.parametrize(
    ('name', 'change', 'some'),
    [
        ('solarize', ImageOps.solarize, (0.0, 8.53, 85.3, 256.0)),
        ('solarize_add', solarize_add, (0.0, 3.67, 36.7, 110.0)),
        ('saturation', enhanced(ImageEnhance.Color), (0.1, 0.7, 1.9)),
        ('contrast', enhanced(ImageEnhance.Contrast), (0.1, 0.7, 1.9)),
        ('brightness', enhanced(ImageEnhance.Brightness), (0.1, 0.7, 1.9)),
    ],
)
def test_tones_of_a_value_are_those_of_pillow(name, change, some):
    images = pictures()
    for value in some:
        value = float(np.float32(value))
        ours = getattr(augment_tones, f'{name}_batch')(images, values(value))
        theirs = by_pillow(images, lambda x, v=value: change(x, v))
        assert torch.equal(ours, theirs), value


@pytest.mark.parametrize(
    ('value', 'bits'), [(0.1, 1), (1.33, 1), (2.9, 2), (4.0, 4), (8.0, 8)]
)
def test_posterize_keeps_the_highest_bits(value, bits):
    images = pictures()
    ours = augment_tones.posterize_batch(images, values(value))
    theirs = by_pillow(images, lambda x: ImageOps.posterize(x, bits))
    assert torch.equal(ours, theirs)


def test_every_image_has_its_own_value():
    images = pictures()
    each = torch.tensor([0.0, 50.0, 120.0, 256.0])
    together = augment_tones.solarize_batch(images, each)
    for k in range(4):
        alone = augment_tones.solarize_batch(images[k : k + 1], each[k, None])
        assert torch.equal(together[k], alone[0])
