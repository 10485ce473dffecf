"""The VS loss against the published code.

``VSLoss`` of orparask/VS-Loss at commit 7ade9c9, class_imbalance/losses.py
lines 34 to 53, executed in float32 on CPU with the inputs of
``tests/golden_cases.py``.
"""

import pytest
import torch

from mmlt.functional import (
    cdt_loss,
    cdt_temperatures,
    logit_adjusted_loss,
    vs_loss,
)
from tests.golden_cases import COUNTS, LABELS, logits

GOLDEN = [(0.3, 1, 1.8629650), (0.15, 1.25, 2.1540849), (0.05, 0.75, 1.235341)]


def value(z, y, gamma, tau):
    return vs_loss(z, y, COUNTS, cdt_temperatures(COUNTS, gamma), tau)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize(('gamma', 'tau', 'expected'), GOLDEN)
def test_it_is_the_value_of_the_published_code(gamma, tau, expected, dtype):
    losses = value(logits(dtype), LABELS, gamma, tau)
    assert losses.shape == (3,)
    assert losses.dtype == dtype
    assert losses.mean().item() == pytest.approx(expected, rel=1e-5)


def test_temperatures_are_those_of_the_published_code():
    expected = [1, 1.6206566, 2.6265278, 3.9810717]
    found = cdt_temperatures(COUNTS, 0.3).tolist()
    assert found == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize('tau', [0, 0.75, 1, 2])
def test_gamma_zero_is_logit_adjustment(tau):
    z = logits()
    assert torch.equal(
        value(z, LABELS, 0, tau), logit_adjusted_loss(z, LABELS, COUNTS, tau)
    )


@pytest.mark.parametrize('gamma', [0, 0.15, 1])
def test_tau_zero_is_cdt(gamma):
    z = logits()
    assert torch.equal(
        value(z, LABELS, gamma, 0),
        cdt_loss(z, LABELS, cdt_temperatures(COUNTS, gamma)),
    )


def test_counts_or_their_shares_are_the_same():
    prior = [n / sum(COUNTS) for n in COUNTS]
    temperatures = cdt_temperatures(COUNTS, 0.3)
    torch.testing.assert_close(
        vs_loss(logits(), LABELS, prior, temperatures),
        vs_loss(logits(), LABELS, COUNTS, temperatures),
        rtol=1e-12,
        atol=0,
    )


def test_gradcheck():
    z = logits().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: value(z, LABELS, 0.3, 1.0), z)


def test_soft_labels_take_the_mean_over_the_label():
    z = logits()
    soft = torch.rand(3, 4, dtype=torch.float64).softmax(1)
    each = [value(z, torch.full((3,), c), 0.3, 1.0) for c in range(4)]
    torch.testing.assert_close(
        value(z, soft, 0.3, 1.0),
        (torch.stack(each, 1) * soft).sum(1),
        rtol=1e-12,
        atol=0,
    )


def test_edges():
    one = torch.randn(3, 1, dtype=torch.float64)
    none = torch.zeros(3, dtype=torch.long)
    assert vs_loss(one, none, [5], [1.0]).tolist() == [0, 0, 0]
    half = value(logits(torch.bfloat16), LABELS, 0.3, 1.0)
    assert half.dtype == torch.float32
    # counts that are no float32 numbers
    large = [10**9 + 1, 10**9]
    found = vs_loss(one.expand(3, 2), none, large, [1.0, 1.0])
    exact = torch.tensor(2 - 1e-9, dtype=torch.float64).log()
    torch.testing.assert_close(found, exact.expand(3), rtol=1e-9, atol=0)
    with pytest.raises(ValueError, match=r'one number per class.*\(3,\)'):
        vs_loss(logits(), LABELS, COUNTS, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r'one number per class.*\(2,\)'):
        vs_loss(logits(), LABELS, [1, 2], [1.0] * 4)
