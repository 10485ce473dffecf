"""The regularizer of LADE against the published code.

``LADELoss`` of hyperconnect/LADE at commit 5db5d13, loss/LADELoss.py, executed
in float32 on CPU with the inputs of ``tests/golden_cases.py``.
"""

import math

import pytest
import torch

from mmlt.functional import balanced_softmax_loss, lade_regularizer
from tests.golden_cases import COUNTS, LABELS, logits

DTYPES = [torch.float32, torch.float64]


@pytest.mark.parametrize('dtype', DTYPES)
@pytest.mark.parametrize(
    ('strength', 'expected'), [(0.1, -1.4991695), (0.01, -1.5456319)]
)
def test_it_is_the_value_of_the_published_code(strength, expected, dtype):
    value = lade_regularizer(logits(dtype), LABELS, COUNTS, strength)
    assert value.shape == ()
    assert value.dtype == dtype
    assert value.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize('dtype', DTYPES)
def test_the_whole_loss_is_that_of_the_published_code(dtype):
    z = logits(dtype)
    loss = balanced_softmax_loss(z, LABELS, COUNTS).mean()
    loss = loss + 0.1 * lade_regularizer(z, LABELS, COUNTS, 0.01)
    assert loss.item() == pytest.approx(1.3551857, rel=1e-5)


def test_by_hand():
    z, y = logits().tolist(), LABELS.tolist()
    total = 0.0
    for c, n in enumerate(COUNTS):
        prior = n / sum(COUNTS)
        own = [row[c] for row, label in zip(z, y, strict=True) if label == c]
        mean = sum(own) / len(own) if own else 0
        weighed = [math.exp(row[c]) / (4 * prior) for row in z]
        d = math.log(sum(weighed) / len(z))
        total -= prior * (mean - d - 0.3 * d**2)
    found = lade_regularizer(logits(), LABELS, COUNTS, 0.3)
    assert found.item() == pytest.approx(total, rel=1e-12)


def test_a_constant_on_the_logits_of_balanced_classes_costs_the_square_alone():
    """d_c and the mean of class c both rise by it."""
    z, y = torch.zeros(4, 4, dtype=torch.float64), torch.arange(4)
    for strength in (0.0, 0.1):
        value = lade_regularizer(z + 3, y, [7] * 4, strength)
        assert value.item() == pytest.approx(strength * 9, abs=1e-12)


def test_gradcheck():
    z = logits().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda z: lade_regularizer(z, LABELS, COUNTS, 0.1), z
    )
    soft = torch.rand(3, 4, dtype=torch.float64).softmax(1)
    assert torch.autograd.gradcheck(
        lambda z: lade_regularizer(z, soft, COUNTS, 0.1), z
    )


def test_soft_labels_that_are_hard_are_the_same():
    one_hot = torch.nn.functional.one_hot(LABELS, 4)
    torch.testing.assert_close(
        lade_regularizer(logits(), one_hot, COUNTS),
        lade_regularizer(logits(), LABELS, COUNTS),
        rtol=1e-14,
        atol=0,
    )


def test_edges():
    prior = [n / sum(COUNTS) for n in COUNTS]
    torch.testing.assert_close(
        lade_regularizer(logits(), LABELS, prior),
        lade_regularizer(logits(), LABELS, COUNTS),
        rtol=1e-12,
        atol=0,
    )
    one = lade_regularizer(logits()[:1], LABELS[:1], COUNTS)
    assert one.isfinite()
    half = lade_regularizer(logits(torch.bfloat16), LABELS, COUNTS)
    assert half.dtype == torch.float32
    with pytest.raises(ValueError, match=r'one number per class.*\(2,\)'):
        lade_regularizer(logits(), LABELS, [1, 2])
