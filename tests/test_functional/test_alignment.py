"""DisAlign against its formula, computed by hand and in numpy's float64.

The numbers of the published formula are those of ``f``, ``v``, ``b``, ``a``
and ``b'`` below with the logits of ``tests/golden_cases.py``; the code of the
classification layer is in another package (cvpods) and was not executed.
"""

import numpy as np
import pytest
import torch

from mmlt.functional import (
    aligned_logits,
    alignment_confidence,
    class_weighted_cross_entropy,
    cost_sensitive_weights,
    label_weights,
)
from tests.golden_cases import COUNTS, LABELS, logits

DTYPES = [torch.float32, torch.float64]
FEATURES = ((1.0, 0.5), (-0.5, 1.0), (0.3, -0.8))
DIRECTION, THRESHOLD = (0.4, -0.6), (0.1,)
SCALE, OFFSET = (1.0, 1.1, 1.2, 1.3), (0.0, 0.1, 0.2, 0.3)


def case(dtype=torch.float64):
    """Features, v, b."""
    return [
        torch.tensor(x, dtype=dtype) for x in (FEATURES, DIRECTION, THRESHOLD)
    ]


def aligned(dtype=torch.float64):
    return aligned_logits(
        logits(dtype), alignment_confidence(*case(dtype)), SCALE, OFFSET
    )


@pytest.mark.parametrize('dtype', DTYPES)
def test_it_is_the_value_of_the_formula(dtype):
    found = aligned(dtype)
    assert found.dtype == dtype
    expected = [2.0, 0.5824751, -1.0, 0.5144353]
    assert found[0].tolist() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize('dtype', DTYPES)
def test_the_loss_is_that_of_torch_with_the_published_weights(dtype):
    weights = cost_sensitive_weights(COUNTS, 1.2)
    to_sum_c = weights * len(COUNTS) / weights.sum()
    published = [0.0130430, 0.0899789, 0.6207325, 3.2762456]
    assert to_sum_c.tolist() == pytest.approx(published, rel=1e-5)
    z, to_sum_c = aligned(dtype), to_sum_c.to(dtype)
    loss = torch.nn.functional.cross_entropy(z, LABELS, weight=to_sum_c)
    assert loss.item() == pytest.approx(0.6783816, rel=1e-5)
    # the mean divides by the weights: what they sum to does not matter
    each = class_weighted_cross_entropy(z, LABELS, weights)
    mean = each.sum() / label_weights(LABELS, weights).sum()
    assert mean.item() == pytest.approx(0.6783816, rel=1e-5)


def test_by_hand():
    f, v, b = (np.array(x) for x in (FEATURES, DIRECTION, THRESHOLD))
    sigma = 1 / (1 + np.exp(-(f @ v + b)))
    z = logits().numpy()
    moved = np.array(SCALE) * z + np.array(OFFSET)
    expected = sigma[:, None] * moved + (1 - sigma[:, None]) * z
    confidence = alignment_confidence(*case())
    np.testing.assert_allclose(confidence.numpy(), sigma, rtol=1e-14)
    np.testing.assert_allclose(aligned().numpy(), expected, rtol=1e-13)


def test_no_confidence_keeps_the_logits_and_full_confidence_replaces_them():
    z = logits()
    features, direction, _ = case()
    for threshold, expected in (
        (-1000.0, z),
        (1000.0, z * torch.tensor(SCALE) + torch.tensor(OFFSET)),
    ):
        confidence = alignment_confidence(
            features, direction, torch.tensor([threshold])
        )
        found = aligned_logits(z, confidence, SCALE, OFFSET)
        torch.testing.assert_close(
            found, expected.double(), rtol=1e-6, atol=1e-15
        )


def test_a_factor_of_1_and_an_offset_of_0_change_nothing():
    z, confidence = logits(), alignment_confidence(*case())
    assert torch.equal(aligned_logits(z, confidence, [1] * 4, [0] * 4), z)


def test_an_offset_alike_for_all_classes_changes_no_probability():
    z, confidence = logits(), alignment_confidence(*case())
    found = aligned_logits(z, confidence, [1] * 4, [3.0] * 4)
    torch.testing.assert_close(found.softmax(1), z.softmax(1))


def test_gradcheck():
    features, direction, threshold = case()
    scale, offset = (torch.tensor(x).double() for x in (SCALE, OFFSET))
    leaves = [logits(), features, direction, threshold, scale, offset]

    def whole(z, features, direction, threshold, scale, offset):
        confidence = alignment_confidence(features, direction, threshold)
        return aligned_logits(z, confidence, scale, offset)

    for leaf in leaves:
        leaf.requires_grad_()
    assert torch.autograd.gradcheck(whole, leaves)


def test_half_precision_is_computed_in_float32():
    z, features = logits(torch.bfloat16), case(torch.bfloat16)
    with torch.autocast('cpu', torch.bfloat16):
        confidence = alignment_confidence(*features)
        found = aligned_logits(z, confidence, SCALE, OFFSET)
    assert confidence.dtype == found.dtype == torch.float32
    large = alignment_confidence(
        torch.full((1, 2048), 6e4, dtype=torch.float16),
        torch.full((2048,), 0.1),
        torch.zeros(1),
    )
    assert large.item() == 1


def test_another_number_of_classes_is_refused():
    with pytest.raises(ValueError, match=r'one number per class.*\(3,\)'):
        aligned_logits(logits(), torch.ones(3), [1.0] * 3, OFFSET)
