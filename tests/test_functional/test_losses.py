"""The losses, one value per sample, against numbers of the published code.

Golden values: the classes of lijian16/FCC at commit ba9e7d3, executed on CPU
with the counts of CIFAR-10-LT (ratio 100), the logits linspace(-2, 2, 40) as
(4, 10) and the labels 0, 3, 7, 9. Printed to six digits after the point. File
and lines: tests/test_models/test_losses/test_published_values.py.
"""

import math

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    balanced_softmax_loss,
    cdt_loss,
    cdt_temperatures,
    class_balanced_weights,
    class_weighted_cross_entropy,
    cost_sensitive_weights,
    label_aware_smoothing,
    label_weights,
    ldam_loss,
    ldam_margins,
    logit_adjusted_loss,
    logit_adjustment,
    one_vs_all_focal_loss,
    smoothed_cross_entropy,
)

COUNTS = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
LABELS = torch.tensor([0, 3, 7, 9])
DTYPES = (torch.float32, torch.float64)


def logits(dtype=torch.float64):
    return torch.linspace(-2, 2, 40, dtype=dtype).reshape(4, 10)


def random_case(num_samples=6, num_classes=4):
    z = torch.randn(num_samples, num_classes, dtype=torch.float64)
    return z, torch.randint(num_classes, (num_samples,))


SMOOTHING = label_aware_smoothing(COUNTS, 0.4, 0.1)
MARGINS = ldam_margins(COUNTS)


def weighted(weights):
    """Weighted cross-entropy, so that its mean is the published one."""

    def function(z, y):
        losses = class_weighted_cross_entropy(z, y, weights)
        return losses / label_weights(y, weights).mean()

    return function


def focal(gamma, weights=None):
    def function(z, y):
        losses = one_vs_all_focal_loss(z, y, gamma)
        if weights is None:
            return losses
        return losses * weights[y].to(losses.dtype)

    return function


# name -> (function of logits and labels, published mean over the batch)
GOLDEN = {
    'ce': (lambda z, y: smoothed_cross_entropy(z, y, [0.0] * 10), 2.319959),
    'bsce': (lambda z, y: balanced_softmax_loss(z, y, COUNTS), 3.017773),
    'la-1': (lambda z, y: logit_adjusted_loss(z, y, COUNTS), 3.017773),
    'la-0': (lambda z, y: logit_adjusted_loss(z, y, COUNTS, 0), 2.319959),
    'focal': (focal(2), 4.173016),
    'cb-focal-.9999': (
        focal(1, class_balanced_weights(COUNTS, 0.9999)),
        14.653756,
    ),
    'cb-focal-.9': (focal(1, class_balanced_weights(COUNTS, 0.9)), 5.722154),
    'drw-focal': (focal(2, cost_sensitive_weights(COUNTS)), 2.89413),
    'cbce-.9999': (weighted(class_balanced_weights(COUNTS, 0.9999)), 1.965502),
    'cbce-.999': (weighted(class_balanced_weights(COUNTS, 0.999)), 1.99612),
    'csce': (weighted(cost_sensitive_weights(COUNTS)), 1.962858),
    'cels': (lambda z, y: smoothed_cross_entropy(z, y, [0.1] * 10), 2.322523),
    'celas': (lambda z, y: smoothed_cross_entropy(z, y, SMOOTHING), 2.284756),
    'cdt': (
        lambda z, y: cdt_loss(z, y, cdt_temperatures(COUNTS, 0.2)),
        2.617983,
    ),
    'ldam': (lambda z, y: ldam_loss(z, y, MARGINS), 21.935078),
    'ldam-quarter': (lambda z, y: ldam_loss(z / 4, y, MARGINS), 13.247395),
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


def test_ldam_with_the_deferred_weights_is_the_published_value():
    weights = class_balanced_weights(COUNTS, 0.9999)
    losses = ldam_loss(logits(), LABELS, MARGINS)
    share = label_weights(LABELS, weights)
    got = (share * losses).sum() / share.sum()
    assert got.item() == pytest.approx(14.10091, abs=1e-5)


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


COUNTS4 = [7, 3, 2, 1]
WEIGHTS4 = torch.tensor([0.1, 0.4, 1.0, 2.5], dtype=torch.float64)
LINEAR = {
    'la': lambda z, y: logit_adjusted_loss(z, y, COUNTS4, 1.7),
    'bsce': lambda z, y: balanced_softmax_loss(z, y, COUNTS4),
    'cbce': lambda z, y: class_weighted_cross_entropy(z, y, WEIGHTS4),
    'celas': lambda z, y: smoothed_cross_entropy(z, y, [0.4, 0.3, 0.2, 0.1]),
    'cdt': lambda z, y: cdt_loss(z, y, WEIGHTS4),
}


@pytest.mark.parametrize('name', LINEAR)
def test_convention_soft_labels_take_the_mean_over_the_label(name):
    z, y = random_case()
    soft = torch.rand(6, 4, dtype=torch.float64).softmax(1)
    function = LINEAR[name]
    each = [function(z, torch.full((6,), c)) for c in range(4)]
    torch.testing.assert_close(
        function(z, soft),
        (torch.stack(each, 1) * soft).sum(1),
        rtol=1e-12,
        atol=0,
    )
    one_hot = F.one_hot(y, 4)
    torch.testing.assert_close(
        function(z, one_hot), function(z, y), rtol=1e-12, atol=0
    )


def test_label_weights_are_those_of_the_classes_or_their_mean():
    y, soft = torch.tensor([3, 0]), torch.tensor([[0.5, 0, 0, 0.5]])
    assert label_weights(y, WEIGHTS4).tolist() == [2.5, 0.1]
    assert label_weights(soft, WEIGHTS4).tolist() == pytest.approx([1.3])


def test_one_smoothing_for_all_is_that_of_torch():
    z, y = random_case()
    torch.testing.assert_close(
        smoothed_cross_entropy(z, y, [0.1] * 4),
        F.cross_entropy(z, y, label_smoothing=0.1, reduction='none'),
        rtol=1e-12,
        atol=0,
    )


def test_smoothing_of_each_class_by_its_target():
    z, y = random_case()
    eps = [0.4, 0.3, 0.2, 0.1]
    target = torch.zeros(6, 4, dtype=torch.float64)
    for i, c in enumerate(y.tolist()):
        target[i] = eps[c] / 4
        target[i, c] += 1 - eps[c]
    torch.testing.assert_close(
        smoothed_cross_entropy(z, y, eps),
        F.cross_entropy(z, target, reduction='none'),
        rtol=1e-12,
        atol=0,
    )


def test_weighted_cross_entropy_is_that_of_torch():
    z, y = random_case()
    losses = class_weighted_cross_entropy(z, y, WEIGHTS4)
    torch.testing.assert_close(
        losses.sum() / label_weights(y, WEIGHTS4).sum(),
        F.cross_entropy(z, y, weight=WEIGHTS4),
        rtol=1e-12,
        atol=0,
    )


def test_temperatures_and_margins_of_nothing_leave_cross_entropy():
    z, y = random_case()
    plain = F.cross_entropy(z, y, reduction='none')
    assert torch.equal(cdt_loss(z, y, [1.0] * 4), plain)
    assert torch.equal(ldam_loss(z, y, [0.0] * 4, scale=1), plain)


def test_ldam_loss_by_hand():
    z, y = random_case()
    cosine = z.tanh()
    margins, s = [0.1, 0.2, 0.3, 0.5], 30.0
    expected = []
    for row, c in zip(cosine.tolist(), y.tolist(), strict=True):
        own = math.exp(s * (row[c] - margins[c]))
        rest = sum(math.exp(s * v) for j, v in enumerate(row) if j != c)
        expected.append(-math.log(own / (own + rest)))
    got = ldam_loss(cosine, y, margins, s)
    assert got.tolist() == pytest.approx(expected, rel=1e-9)


def test_convention_the_scale_may_be_in_the_head():
    z, y = random_case()
    margins = torch.tensor([0.1, 0.2, 0.3, 0.5], dtype=torch.float64)
    torch.testing.assert_close(
        ldam_loss(30 * z, y, 30 * margins, scale=1),
        ldam_loss(z, y, margins, scale=30),
        rtol=1e-12,
        atol=0,
    )


def test_one_class_has_no_loss_but_the_focal_one():
    z, y = torch.randn(3, 1, dtype=torch.float64), torch.zeros(3).long()
    for losses in (
        balanced_softmax_loss(z, y, [5]),
        cdt_loss(z, y, [1.0]),
        smoothed_cross_entropy(z, y, [0.1]),
        ldam_loss(z, y, [0.5]),
    ):
        assert losses.tolist() == [0, 0, 0]
    binary = F.softplus(-z[:, 0])
    torch.testing.assert_close(one_vs_all_focal_loss(z, y, 0), binary)


def test_counts_of_another_number_of_classes_are_refused():
    z, y = random_case()
    with pytest.raises(ValueError, match=r'one number per class.*\(3,\)'):
        balanced_softmax_loss(z, y, [1, 2, 3])
    with pytest.raises(ValueError, match=r'one number per class.*\(5,\)'):
        logit_adjustment(z, [1] * 5)
