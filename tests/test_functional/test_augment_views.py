"""Boxes, stretched crops and colors against torchvision's."""

import pytest
import torch
import torchvision.transforms as T
import torchvision.transforms.functional as TF

from mmlt.functional.augment_views import (
    color_jitter_batch,
    crop_boxes,
    hue_batch,
    resized_crop_batch,
)


def images(num=32, size=32):
    generator = torch.Generator().manual_seed(0)
    found = torch.randint(
        0, 256, (num, 3, size, size), dtype=torch.uint8, generator=generator
    )
    found[:4] = found[:4, :1]  # gray
    found[4:8] = found[4:8, :, :1, :1]  # of one color
    return found


def draws(num, tries=10):
    generator = torch.Generator().manual_seed(1)
    return torch.rand(num, tries, 4, generator=generator)


def test_boxes_have_the_distribution_of_torchvision():
    """Area, aspect ratio and place of 20,000 boxes of a wide image."""
    torch.manual_seed(0)
    wide = torch.empty(1, 40, 60)
    args = (0.08, 1.0), (3 / 4, 4 / 3)
    theirs = torch.tensor(
        [T.RandomResizedCrop.get_params(wide, *args) for _ in range(20_000)]
    )
    ours = torch.stack(crop_boxes(draws(20_000), 40, 60, *args), dim=1)
    for column in range(4):
        a, b = (x[:, column].double() for x in (ours, theirs))
        error = (a.var() / len(a) + b.var() / len(b)).sqrt()
        assert (a.mean() - b.mean()).abs() < 4 * error
        assert (a.std() / b.std() - 1).abs() < 0.03
        assert a.min() >= 0
    top, left, height, width = ours.T
    assert (top + height).max() <= 40
    assert (left + width).max() <= 60
    assert ((top + height) == 40).any()
    assert (left + width == 60).any()


@pytest.mark.parametrize(('height', 'width'), [(10, 100), (100, 10), (9, 9)])
def test_where_no_box_fits_it_is_the_largest_in_the_middle(height, width):
    """As torchvision, whose tries are all too large here."""
    whole = torch.full((2, 10, 4), 0.9999)
    args = (4.0, 4.0), (3 / 4, 4 / 3)
    found = [x.tolist() for x in crop_boxes(whole, height, width, *args)]
    theirs = T.RandomResizedCrop.get_params(
        torch.empty(1, height, width), *args
    )
    assert found == [[x, x] for x in theirs]


def test_the_first_box_that_fits_counts():
    tries = torch.tensor([[[0.99, 0.99, 0, 0], [0.2, 0.5, 0, 0]]])
    _, _, height, width = crop_boxes(tries, 32, 32)
    assert height.tolist() == width.tolist() == [16]


@pytest.mark.parametrize('size', [32, 7, 50])
def test_crops_are_those_of_torchvision(size):
    x = images()
    boxes = crop_boxes(draws(len(x)), 32, 32)
    found = resized_crop_batch(x, *boxes, size)
    for ours, image, *box in zip(found, x, *boxes, strict=True):
        theirs = TF.resized_crop(
            image.double(), *map(int, box), [size, size], antialias=False
        )
        assert (ours - theirs).abs().max() < 0.5 + 1e-3


def test_a_box_of_the_size_is_the_image_itself():
    x = images()
    zero, full = torch.zeros(32).long(), torch.full((32,), 32)
    assert torch.equal(resized_crop_batch(x, zero, zero, full, full, 32), x)


def test_the_hue_is_that_of_torchvision():
    x = images()
    shifts = torch.linspace(-0.5, 0.5, 32)
    found = hue_batch(x, shifts)
    for ours, image, shift in zip(found, x, shifts.tolist(), strict=True):
        theirs = TF.adjust_hue(image.double() / 255, shift) * 255
        assert (ours - theirs).abs().max() < 0.5 + 1e-3
    assert torch.equal(hue_batch(x, torch.zeros(32)), x)
    assert torch.equal(found[:4], x[:4])  # gray has none


def test_every_order_of_the_changes_is_that_of_torchvision():
    x = images()
    generator = torch.Generator().manual_seed(2)
    order = torch.rand(32, 4, generator=generator).argsort(1)
    changes = 0.6 + 0.8 * torch.rand(32, 4, generator=generator)
    changes[:, 3] = changes[:, 3] - 1
    adjust = [
        TF.adjust_brightness,
        TF.adjust_contrast,
        TF.adjust_saturation,
        TF.adjust_hue,
    ]
    found = color_jitter_batch(x, changes, order)
    for ours, image, change, kinds in zip(
        found, x, changes.tolist(), order.tolist(), strict=True
    ):
        theirs = image.double() / 255
        for kind in kinds:
            theirs = adjust[kind](theirs, change[kind])
        # their luma has weights that sum to 0.9999
        assert (ours - 255 * theirs).abs().max() < 0.7


def test_no_change_is_none():
    x = images()
    changes = torch.tensor([1.0, 1.0, 1.0, 0.0]).expand(32, 4)
    order = torch.rand(32, 4).argsort(1)
    assert torch.equal(color_jitter_batch(x, changes, order), x)
