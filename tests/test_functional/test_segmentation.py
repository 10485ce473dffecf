import json

import numpy as np
import pytest
import torch

from mmlt.functional import (
    directional_logits,
    directional_maps,
    frequency_groups,
    mask_overlap,
    unit_vectors,
)


def rows(maps):
    """(N, D, H, W) as (N H W, D)."""
    return maps.movedim(1, -1).flatten(0, -2)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_maps_are_the_logits_of_every_pixel(dtype):
    features = torch.randn(2, 16, 5, 3, dtype=dtype)
    kappa = torch.rand(7, dtype=dtype) * 30
    mu = unit_vectors(torch.randn(7, 16, dtype=dtype))
    offset = torch.randn(7, dtype=torch.float64)
    got = directional_maps(features, kappa, mu, offset)
    expected = directional_logits(rows(features), kappa, mu, offset)
    assert got.dtype == dtype
    tolerance = 1e-13 if dtype == torch.float64 else 2e-5
    torch.testing.assert_close(rows(got), expected, rtol=0, atol=tolerance)


def test_maps_are_not_computed_in_half_precision():
    features = torch.randn(1, 4, 2, 2, dtype=torch.bfloat16)
    kappa, mu = torch.full((3,), 16.0), unit_vectors(torch.randn(3, 4))
    exact = directional_maps(features.float(), kappa, mu)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        got = directional_maps(features, kappa, mu)
    assert got.dtype == torch.float32
    assert torch.equal(got, exact)


def test_a_blank_pixel_has_no_gradient():
    features = torch.zeros(1, 4, 2, 2, requires_grad=True)
    mu = unit_vectors(torch.randn(3, 4))
    maps = directional_maps(features, torch.full((3,), 16.0), mu)
    maps.square().sum().backward()
    assert torch.equal(features.grad, torch.zeros_like(features))


def test_gradients_of_maps_are_those_of_finite_differences():
    def logits(features, kappa, weight, offset):
        return directional_maps(features, kappa, unit_vectors(weight), offset)

    inputs = [
        torch.randn(2, 3, 2, 2, dtype=torch.float64),
        torch.rand(4, dtype=torch.float64) * 8,
        torch.randn(4, 3, dtype=torch.float64),
        torch.randn(4, dtype=torch.float64),
    ]
    for tensor in inputs:
        tensor.requires_grad_()
    assert torch.autograd.gradcheck(logits, inputs)


def test_overlap_by_hand_and_by_sets():
    truth = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
    given = np.array([0, 0, 1, 1, 2, 2, 2, 0, 2])
    confusion = torch.zeros(4, 4, dtype=torch.long)
    for t, g in zip(truth, given, strict=True):
        confusion[t, g] += 1
    overlap, accuracy = mask_overlap(confusion)
    for c in range(3):
        both = ((truth == c) & (given == c)).sum()
        either = ((truth == c) | (given == c)).sum()
        assert overlap[c].item() == both / either
        assert accuracy[c].item() == both / (truth == c).sum()
    assert overlap[3].isnan()
    assert accuracy[3].isnan()


def test_a_class_that_is_only_predicted_has_overlap_0_and_no_accuracy():
    overlap, accuracy = mask_overlap(torch.tensor([[3, 1], [0, 0]]))
    assert overlap.tolist() == [0.75, 0.0]
    assert accuracy[0].item() == 0.75
    assert accuracy[1].isnan()


def test_a_confusion_is_square():
    with pytest.raises(ValueError, match='confusion'):
        mask_overlap(torch.zeros(2, 3, dtype=torch.long))


def test_groups_follow_the_pixels_and_not_the_index():
    groups = frequency_groups([5, 500, 50, 7, 50], (1, 2, 2))
    found = {k: v.nonzero().flatten().tolist() for k, v in groups.items()}
    assert found == {'head': [1], 'body': [2, 4], 'tail': [0, 3]}
    # of two equal ones the first is more frequent
    tie = frequency_groups([1, 1, 1], (1, 1, 1))
    assert json.dumps([g.tolist() for g in tie.values()]) == (
        '[[true, false, false], [false, true, false], [false, false, true]]'
    )


@pytest.mark.parametrize('sizes', [(1, 1, 1), (20, 55, 75), (2, 2)])
def test_sizes_that_do_not_fit_are_refused(sizes):
    with pytest.raises(ValueError, match='that sum to the 4 classes'):
        frequency_groups([4, 3, 2, 1], sizes)
