"""Crops by epoch against the published schedule; five against torchvision."""

import math

import pytest
import torch
from torchvision.transforms.functional import five_crop

from mmlt.functional import (
    five_crop_corners,
    mean_logit_scores,
    minimalist_crop_share,
    square_crop_sides,
)


def test_the_share_is_the_published_one():
    """min_scale of shijxcs/LIFT-plus, utils/transforms.py, 'convex'."""
    found = [minimalist_crop_share(epoch, 5) for epoch in range(5)]
    expected = [0.08, 0.109, 0.203, 0.391, 1.0]
    assert found == pytest.approx(expected, abs=5e-4)
    assert found[0] == 0.08
    assert found[-1] == 1


def test_the_share_grows_from_epoch_to_epoch():
    found = [minimalist_crop_share(epoch, 15, 0.2) for epoch in range(15)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (0.2, 1)


def test_of_a_single_epoch_it_is_the_smallest():
    assert minimalist_crop_share(0, 1) == 0.08


@pytest.mark.parametrize('arguments', [(5, 5), (-1, 5), (0, 0), (0, 5, 0)])
def test_what_is_out_of_range_is_refused(arguments):
    with pytest.raises(ValueError, match='epoch|smallest'):
        minimalist_crop_share(*arguments)


@pytest.mark.parametrize('size', [(300, 200), (200, 300), (64, 64)])
@pytest.mark.parametrize('share', [0.08, 0.5, 1.0])
def test_a_square_has_its_share_or_is_the_largest(size, share):
    low, high = square_crop_sides(*size, share)
    assert high == min(size)
    area = size[0] * size[1]
    assert low**2 / area == pytest.approx(min(share, high**2 / area))


@pytest.mark.parametrize('size', [(10, 8, 6), (248, 373, 224), (9, 9, 9)])
def test_five_crops_are_those_of_torchvision(size):
    height, width, side = size
    image = torch.arange(height * width).view(1, height, width)
    corners = five_crop_corners(height, width, side)
    for (top, left), theirs in zip(
        corners, five_crop(image, [side, side]), strict=True
    ):
        ours = image[:, top : top + side, left : left + side]
        assert torch.equal(ours, theirs)


def test_an_image_smaller_than_a_crop_is_refused():
    with pytest.raises(ValueError, match='at least 8 x 8 pixels.*10 x 7'):
        five_crop_corners(10, 7, 8)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_scores_are_those_of_the_mean_logits(dtype):
    logits = 5 * torch.randn(5, 7, 9, dtype=dtype)
    found = mean_logit_scores(logits.softmax(2))
    assert found.dtype == dtype
    torch.testing.assert_close(found, logits.mean(0).softmax(1))


def test_a_score_of_0_stays_finite():
    scores = torch.tensor([[[1.0, 0.0]], [[0.5, 0.5]]])
    found = mean_logit_scores(scores)
    assert found.isfinite().all()
    root = math.sqrt(torch.finfo(torch.float32).tiny)
    assert found[0, 1].item() == pytest.approx(root, rel=1e-3)


def test_gradcheck():
    scores = torch.randn(3, 4, 5, dtype=torch.float64).softmax(2)
    assert torch.autograd.gradcheck(mean_logit_scores, scores.requires_grad_())
