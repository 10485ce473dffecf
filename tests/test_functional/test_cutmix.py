"""Boxes against the rule of the published code, written in plain Python.

``rand_bbox`` of naver-ai/cmo at commit 10d2d09, cifar_train.py#L351-L367, and
the weight of lines 307-308.
"""

import math
import random

import pytest
import torch

from mmlt.functional import cutmix_box, cutmix_weight, paste_box


def by_hand(height, width, weight, row, column):
    """The box, and the share of the pixels that it leaves."""
    cut = math.sqrt(1 - weight)
    half_rows = int(height * cut) // 2
    half_columns = int(width * cut) // 2
    box = (
        max(row - half_rows, 0),
        min(row + half_rows, height),
        max(column - half_columns, 0),
        min(column + half_columns, width),
    )
    area = (box[1] - box[0]) * (box[3] - box[2])
    return list(box), 1 - area / (height * width)


def box_of(height, width, weight, row, column):
    weight = torch.tensor(weight, dtype=torch.float64)
    return cutmix_box(height, width, weight, torch.tensor([row, column]))


@pytest.mark.parametrize(('height', 'width'), [(32, 32), (7, 12), (1, 3)])
def test_boxes_are_those_of_the_published_code(height, width):
    draw = random.Random(0)
    for _ in range(200):
        case = draw.random(), draw.randrange(height), draw.randrange(width)
        box = box_of(height, width, *case)
        expected, weight = by_hand(height, width, *case)
        assert box.dtype == torch.int64
        assert box.tolist() == expected
        found = cutmix_weight(height, width, box)
        assert found.item() == pytest.approx(weight, rel=1e-15)


def test_the_weight_is_the_share_of_the_pixels_that_stay():
    images, patches = torch.zeros(2, 3, 32, 32), torch.ones(2, 3, 32, 32)
    for case in ((0.5, 16, 31), (0.2, 0, 0), (0.9, 5, 20)):
        box = box_of(32, 32, *case)
        mixed = paste_box(images, patches, box)
        assert (1 - mixed.mean()).item() == pytest.approx(
            cutmix_weight(32, 32, box).item(), abs=1e-6
        )


def test_pixels_inside_are_those_of_the_patch_and_no_others():
    images, patches = torch.randn(4, 3, 8, 9), torch.randn(4, 3, 8, 9)
    before = images.clone()
    mixed = paste_box(images, patches, torch.tensor([2, 5, 0, 4]))
    expected = images.clone()
    expected[:, :, 2:5, 0:4] = patches[:, :, 2:5, 0:4]
    assert torch.equal(mixed, expected)
    assert torch.equal(images, before)


def test_edges():
    images, patches = torch.zeros(1, 1, 6, 6), torch.ones(1, 1, 6, 6)
    none, all_of_it = box_of(6, 6, 1.0, 3, 3), box_of(6, 6, 0.0, 3, 3)
    assert torch.equal(paste_box(images, patches, none), images)
    assert cutmix_weight(6, 6, none) == 1
    assert torch.equal(paste_box(images, patches, all_of_it), patches)
    assert cutmix_weight(6, 6, all_of_it) == 0
    # a corner keeps a quarter of the box
    assert box_of(32, 32, 0.75, 0, 0).tolist() == [0, 8, 0, 8]


def test_convention_a_side_of_one_pixel_is_no_box():
    assert box_of(32, 32, 1 - (1 / 32) ** 2, 9, 9).tolist() == [9, 9, 9, 9]
    assert box_of(32, 32, 1 - (23 / 32) ** 2, 16, 16).tolist() == [
        5, 27, 5, 27
    ]  # fmt: skip


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_dtype_is_kept(dtype):
    images = torch.zeros(1, 3, 4, 4, dtype=dtype)
    assert paste_box(images, images, box_of(4, 4, 0.5, 1, 1)).dtype == dtype


def test_gradients_reach_both():
    images = torch.randn(1, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    patches = torch.randn(1, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    box = box_of(4, 4, 0.5, 1, 2)
    assert torch.autograd.gradcheck(
        lambda a, b: paste_box(a, b, box), (images, patches)
    )
