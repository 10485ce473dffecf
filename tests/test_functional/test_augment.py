from itertools import permutations

import numpy as np
import pytest
import torch
import torchvision.transforms.functional as TF
from PIL import Image, ImageEnhance

from mmlt.functional import augment
from mmlt.functional.augment import (
    crop_batch,
    flip_batch,
    gray_batch,
    jitter_batch,
    normalize_batch,
)


@pytest.fixture
def images():
    return torch.randint(0, 256, (81, 3, 8, 8), dtype=torch.uint8)


def test_every_crop_is_torchvisions_pixel_by_pixel(images):
    places = torch.cartesian_prod(torch.arange(9), torch.arange(9))
    out = crop_batch(images, *places.T, size=8, padding=4)
    for image, (top, left), got in zip(images, places, out, strict=True):
        padded = TF.pad(image, [4])
        assert torch.equal(got, TF.crop(padded, top, left, 8, 8))


def test_crop_without_padding_may_be_smaller(images):
    top = torch.arange(81) % 4
    out = crop_batch(images, top, top, size=5)
    assert torch.equal(out[3], images[3, :, 3:8, 3:8])


def test_flip_is_torchvisions_where_asked(images):
    flip = torch.arange(81) % 3 == 0
    out = flip_batch(images, flip)
    assert torch.equal(out[flip], TF.hflip(images[flip]))
    assert torch.equal(out[~flip], images[~flip])


@pytest.mark.parametrize(
    'layout', [torch.contiguous_format, torch.channels_last]
)
@pytest.mark.parametrize('dtype', [torch.uint8, torch.float32])
def test_any_memory_layout_and_dtype(images, layout, dtype):
    x = images.to(dtype).contiguous(memory_format=layout)
    zero = torch.zeros(81, dtype=torch.long)
    assert torch.equal(crop_batch(x, zero + 4, zero + 4, 8, 4), x)
    assert crop_batch(x, zero, zero, 8, 4).dtype == dtype


def test_refuses_a_square_larger_than_the_image(images):
    zero = torch.zeros(81, dtype=torch.long)
    with pytest.raises(ValueError, match='`size` <= 10.* got 11'):
        crop_batch(images, zero, zero, size=11, padding=1)


@pytest.mark.parametrize(
    'layout', [torch.contiguous_format, torch.channels_last]
)
def test_normalization_is_the_formula_bit_by_bit(images, layout):
    mean, std = torch.tensor([125.3, 123.0, 113.9]), torch.tensor([51.6, 2, 3])
    shape = (3, 1, 1)
    expected = (images.float() - mean.view(shape)) / std.view(shape)
    x = images.contiguous(memory_format=layout)
    out = normalize_batch(x, mean, std)
    assert torch.equal(out, expected)
    assert out.is_contiguous(memory_format=torch.channels_last)
    assert x.dtype == torch.uint8


def test_a_mean_of_whole_numbers_is_a_mean():
    x = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)
    whole = torch.tensor([128, 0, 64]), torch.tensor([58, 1, 64])
    expected = normalize_batch(x, *(value.float() for value in whole))
    assert torch.equal(normalize_batch(x, *whole), expected)
    assert torch.equal(
        normalize_batch(x, *(v.double() for v in whole)), expected
    )


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_normalization_leaves_its_input_alone(images, dtype):
    x = images.to(dtype).contiguous(memory_format=torch.channels_last)
    out = normalize_batch(x, torch.ones(3), torch.ones(3))
    assert out.dtype == torch.float32
    assert torch.equal(x, images.to(dtype))


def test_crop_of_a_view_inside_a_larger_batch(images):
    zero = torch.zeros(20, dtype=torch.long)
    part = images.contiguous(memory_format=torch.channels_last)[30:50]
    assert torch.equal(crop_batch(part, zero, zero, 8), part)


ENHANCE = (
    ImageEnhance.Brightness,
    ImageEnhance.Contrast,
    ImageEnhance.Color,
)


@pytest.mark.parametrize('order', list(permutations(range(3))))
def test_jitter_is_pillows_pixel_by_pixel(images, order):
    generator = torch.Generator().manual_seed(sum(order[:2]))
    factors = 2 * torch.rand(81, 3, generator=generator)
    factors[0] = 0  # all plain
    factors[1] = 1  # as it was
    out = jitter_batch(images, factors, torch.tensor([order] * 81))
    for image, factor, got in zip(images, factors, out, strict=True):
        picture = Image.fromarray(image.permute(1, 2, 0).numpy())
        for which in order:
            picture = ENHANCE[which](picture).enhance(factor[which].item())
        expected = torch.from_numpy(np.array(picture)).permute(2, 0, 1)
        assert torch.equal(got, expected)
    assert torch.equal(out[1], images[1])


def test_every_image_has_its_own_order_of_changes(images):
    factors = torch.full((81, 3), 1.7)
    orders = torch.tensor(list(permutations(range(3))))
    picked = torch.arange(81) % 6
    together = jitter_batch(images, factors, orders[picked])
    for i in range(81):
        alone = jitter_batch(
            images[i : i + 1], factors[:1], orders[picked[i]][None]
        )
        assert torch.equal(together[i : i + 1], alone)


def test_the_way_of_other_devices_makes_the_same_pixels(images):
    generator = torch.Generator().manual_seed(0)
    factors = 2 * torch.rand(81, 3, generator=generator)
    order = torch.rand(81, 3, generator=generator).argsort(dim=1)
    changed = images
    for step in range(3):
        changed = augment._jitter_step(changed, factors, order[:, step])
    assert torch.equal(changed, jitter_batch(images, factors, order))


def test_jitter_of_images_in_any_memory_layout(images):
    factors = torch.full((81, 3), 1.7)
    order = torch.tensor([[2, 0, 1]] * 81)
    laid_out = images.to(memory_format=torch.channels_last)
    expected = jitter_batch(images, factors, order)
    assert torch.equal(jitter_batch(laid_out, factors, order), expected)


def test_luma_is_pillows(images):
    for image, gray in zip(images, gray_batch(images), strict=True):
        picture = Image.fromarray(image.permute(1, 2, 0).numpy())
        expected = torch.from_numpy(np.array(picture.convert('L')))
        assert torch.equal(gray[0], expected)


def test_jitter_refuses_what_are_no_bytes(images):
    order = torch.tensor([[0, 1, 2]] * 81)
    with pytest.raises(TypeError, match='uint8.*float32'):
        jitter_batch(images.float(), torch.ones(81, 3), order)
