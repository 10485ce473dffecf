"""Seesaw loss against mmpretrain's, and by hand."""

import math

import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models.losses.seesaw_loss import seesaw_ce_loss

from mmlt.functional import seesaw_loss
from tests.golden_cases import COUNTS, LABELS, logits


def reference(z, labels, counts, p=0.8, q=2.0, eps=1e-2):
    counts = torch.tensor(counts, dtype=z.dtype)
    return seesaw_ce_loss(
        z, labels, None, counts, z.shape[1], p, q, eps, reduction='none'
    )


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize(
    'settings',
    [{}, dict(p=0.0), dict(q=0.0), dict(p=2.0, q=0.5), dict(eps=0.5)],
)
def test_it_is_that_of_mmpretrain(settings, dtype):
    torch.manual_seed(0)
    z = 4 * torch.randn(40, 7, dtype=dtype)
    labels = torch.randint(7, (40,))
    counts = [500, 100, 20, 5, 1, 0, 20]
    rtol = 1e-12 if dtype == torch.float64 else 2e-5
    torch.testing.assert_close(
        seesaw_loss(z, labels, counts, **settings),
        reference(z, labels, counts, **settings),
        rtol=rtol,
        atol=0,
    )


def test_gradients_are_those_of_mmpretrain():
    found, expected = (logits().requires_grad_() for _ in range(2))
    seesaw_loss(found, LABELS, COUNTS).sum().backward()
    reference(expected, LABELS, COUNTS).sum().backward()
    torch.testing.assert_close(found.grad, expected.grad, rtol=1e-12, atol=0)


def test_by_hand():
    z = logits()
    losses = seesaw_loss(z, LABELS, COUNTS, p=0.8, q=2.0)
    for i, y in enumerate(LABELS.tolist()):
        sigma = z[i].softmax(0).tolist()
        total = 0.0
        for j, n in enumerate(COUNTS):
            factor = 1.0
            if j != y:
                factor = min(1, n / COUNTS[y]) ** 0.8
                factor *= max(1, sigma[j] / max(sigma[y], 0.01)) ** 2
            total += factor * math.exp(z[i, j])
        expected = math.log(total) - z[i, y].item()
        assert losses[i].item() == pytest.approx(expected, rel=1e-12)


def test_without_both_it_is_cross_entropy():
    torch.testing.assert_close(
        seesaw_loss(logits(), LABELS, COUNTS, p=0.0, q=0.0),
        F.cross_entropy(logits(), LABELS, reduction='none'),
    )


def test_rarer_classes_are_spared():
    """The gradient on a rarer wrong class is that of the mitigated softmax."""
    z = torch.zeros(1, 2, dtype=torch.float64, requires_grad=True)
    seesaw_loss(z, torch.tensor([0]), [100, 1], p=1.0).sum().backward()
    assert z.grad[0, 1].item() == pytest.approx(0.01 / 1.01, rel=1e-12)


def test_a_certain_mistake_stays_finite():
    z = torch.tensor([[-500.0, 500.0]], requires_grad=True)
    loss = seesaw_loss(z, torch.tensor([0]), [10, 1])
    loss.sum().backward()
    assert loss.isfinite().all()
    assert z.grad.isfinite().all()


def test_half_precision_is_computed_in_float32():
    assert seesaw_loss(logits(torch.bfloat16), LABELS, COUNTS).dtype == (
        torch.float32
    )


def test_counts_of_other_classes_are_refused():
    with pytest.raises(ValueError, match=r'one number per class.*\(2,\)'):
        seesaw_loss(logits(), LABELS, [1, 2])
