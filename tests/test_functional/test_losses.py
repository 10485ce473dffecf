"""The losses, one value per sample, against numbers of the published code.

Golden values: the classes of the published code of FCC, executed on CPU with
the counts of CIFAR-10-LT (ratio 100), the logits linspace(-2, 2, 40) as
(4, 10) and the labels 0, 3, 7, 9. Printed to six digits after the point.
"""

import math

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    balanced_softmax_loss,
    logit_adjusted_loss,
    logit_adjustment,
)

COUNTS = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
LABELS = torch.tensor([0, 3, 7, 9])
DTYPES = (torch.float32, torch.float64)


def logits(dtype=torch.float64):
    return torch.linspace(-2, 2, 40, dtype=dtype).reshape(4, 10)


def random_case(num_samples=6, num_classes=4):
    z = torch.randn(num_samples, num_classes, dtype=torch.float64)
    return z, torch.randint(num_classes, (num_samples,))


# name -> (function of logits and labels, published mean over the batch)
GOLDEN = {
    'bsce': (lambda z, y: balanced_softmax_loss(z, y, COUNTS), 3.017773),
    'la-1': (lambda z, y: logit_adjusted_loss(z, y, COUNTS), 3.017773),
    'la-0': (lambda z, y: logit_adjusted_loss(z, y, COUNTS, 0), 2.319959),
}


@pytest.mark.parametrize('dtype', DTYPES)
@pytest.mark.parametrize('name', GOLDEN)
def test_it_is_the_value_of_the_published_code(name, dtype):
    function, expected = GOLDEN[name]
    losses = function(logits(dtype), LABELS)
    assert losses.shape == (4,)
    assert losses.dtype == dtype
    assert losses.mean().item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize('name', GOLDEN)
def test_gradcheck(name):
    function, _ = GOLDEN[name]
    z = logits().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: function(z, LABELS), z)


@pytest.mark.parametrize('name', GOLDEN)
def test_half_precision_is_computed_in_float32(name):
    function, _ = GOLDEN[name]
    z = logits(torch.bfloat16)
    got = function(z, LABELS)
    assert got.dtype == torch.float32
    assert torch.equal(got, function(z.float(), LABELS))


@pytest.mark.parametrize('size', [1e4, 1e30])
@pytest.mark.parametrize('name', GOLDEN)
def test_huge_logits_have_a_finite_loss_and_gradient(name, size):
    function, _ = GOLDEN[name]
    z = (logits(torch.float32) * size).requires_grad_()
    losses = function(z, LABELS)
    assert losses.isfinite().all()
    (grad,) = torch.autograd.grad(losses.sum(), z)
    assert grad.isfinite().all()


def test_balanced_softmax_by_hand():
    z, y = random_case()
    counts = [7, 3, 2, 1]
    expected = [
        -math.log(
            counts[c]
            * math.exp(row[c])
            / sum(n * math.exp(v) for n, v in zip(counts, row, strict=True))
        )
        for row, c in zip(z.tolist(), y.tolist(), strict=True)
    ]
    got = balanced_softmax_loss(z, y, counts)
    assert got.tolist() == pytest.approx(expected, rel=1e-12)


def test_equal_counts_make_balanced_softmax_cross_entropy():
    z, y = random_case()
    torch.testing.assert_close(
        balanced_softmax_loss(z, y, [9, 9, 9, 9]),
        F.cross_entropy(z, y, reduction='none'),
        rtol=1e-12,
        atol=0,
    )


@pytest.mark.parametrize('tau', [0.0, 0.5, 1.0, 2.0])
def test_training_and_post_hoc_adjustment_undo_each_other(tau):
    z, y = random_case()
    counts = torch.tensor([7, 3, 2, 1])
    torch.testing.assert_close(
        logit_adjusted_loss(logit_adjustment(z, counts, tau), y, counts, tau),
        F.cross_entropy(z, y, reduction='none'),
        rtol=1e-12,
        atol=0,
    )


def test_post_hoc_adjustment_by_hand_and_at_tau_zero():
    z, _ = random_case()
    prior = torch.tensor([7, 3, 2, 1], dtype=torch.float64) / 13
    got = logit_adjustment(z, [7, 3, 2, 1], 1.5)
    expected = z - 1.5 * prior.log()
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=0)
    assert torch.equal(logit_adjustment(z, [7, 3, 2, 1], 0), z)
    half = logit_adjustment(z.bfloat16(), [7, 3, 2, 1])
    assert half.dtype == torch.float32


@pytest.mark.parametrize('tau', [0.0, 1.0, 1.7])
def test_soft_labels_take_the_mean_over_the_label(tau):
    z, _ = random_case()
    soft = torch.rand(6, 4, dtype=torch.float64).softmax(1)
    counts = [7, 3, 2, 1]
    each = [
        logit_adjusted_loss(z, torch.full((6,), c), counts, tau)
        for c in range(4)
    ]
    torch.testing.assert_close(
        logit_adjusted_loss(z, soft, counts, tau),
        (torch.stack(each, 1) * soft).sum(1),
        rtol=1e-12,
        atol=0,
    )


def test_counts_of_another_number_of_classes_are_refused():
    z, y = random_case()
    with pytest.raises(ValueError, match=r'one number per class.*\(3,\)'):
        balanced_softmax_loss(z, y, [1, 2, 3])
    with pytest.raises(ValueError, match=r'one number per class.*\(5,\)'):
        logit_adjustment(z, [1] * 5)
