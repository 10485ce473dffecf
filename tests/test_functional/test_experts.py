import math

import numpy as np
import pytest
import scipy.special
import torch
from scipy.spatial.distance import cosine

from mmlt.functional import (
    long_tailed_counts,
    reversed_prior,
    sade_adjustments,
    view_agreement,
)

COUNTS = [8, 4, 1, 2]


def test_reversed_prior_swaps_the_ends():
    assert reversed_prior(torch.tensor([8, 4, 1, 2])).tolist() == [1, 2, 8, 4]
    falling = torch.tensor(long_tailed_counts(100, 500, 100))
    assert torch.equal(reversed_prior(falling), falling.flip(0))


def test_reversing_twice_is_nothing():
    prior = torch.randperm(50)
    assert torch.equal(reversed_prior(reversed_prior(prior)), prior)


def test_convention_of_equal_counts_the_first_is_the_more_frequent():
    # from the most frequent: class 1, then 2, then 0
    assert reversed_prior(torch.tensor([1, 5, 5])).tolist() == [5, 1, 5]


def test_rows_are_the_three_losses_of_the_paper():
    rows = sade_adjustments(COUNTS, tau=2.0)
    total, inverse = sum(COUNTS), [1, 2, 8, 4]
    expected = [
        [0.0] * 4,
        [math.log(n / total) for n in COUNTS],
        [
            math.log(n / total) - 2 * math.log(m / total)
            for n, m in zip(COUNTS, inverse, strict=True)
        ],
    ]
    expected = torch.tensor(expected, dtype=torch.float64)
    torch.testing.assert_close(rows, expected, rtol=1e-14, atol=1e-15)


def test_fewer_experts_are_the_first_ones_and_tau_zero_repeats_the_second():
    rows = sade_adjustments(COUNTS)
    for experts in (1, 2):
        assert torch.equal(sade_adjustments(COUNTS, experts), rows[:experts])
    rows = sade_adjustments(COUNTS, tau=0)
    assert torch.equal(rows[1], rows[2])


def test_equal_counts_leave_every_expert_with_plain_cross_entropy():
    rows = sade_adjustments([7] * 6)
    logits = torch.randn(3, 5, 6, dtype=torch.float64)
    torch.testing.assert_close(
        (logits + rows[:, None]).softmax(2), logits.softmax(2)
    )


@pytest.mark.parametrize(
    ('args', 'match'),
    [
        (([3, 0, 2],), 'class 1 has 0'),
        ((COUNTS, 4), r'`num_experts` to be one of \[1, 2, 3\]'),
        ((COUNTS, 3, -1.0), '`tau` to be a finite number >= 0'),
    ],
)
def test_settings_out_of_range(args, match):
    with pytest.raises(ValueError, match=match):
        sade_adjustments(*args)


def views(e=3, n=4, c=5):
    return torch.randn(2, e, n, c, dtype=torch.float64)


def test_agreement_is_the_cosine_of_the_predictions():
    first, second = views()
    weights = [0.5, 0.3, 0.2]
    cosines = []
    for i in range(4):
        predictions = []
        for view in (first, second):
            logits = [
                sum(weights[e] * view[e, i, c].item() for e in range(3))
                for c in range(5)
            ]
            total = sum(math.exp(v) for v in logits)
            predictions.append([math.exp(v) / total for v in logits])
        a, b = predictions
        dot = sum(u * v for u, v in zip(a, b, strict=True))
        lengths = math.hypot(*a) * math.hypot(*b)
        cosines.append(dot / lengths)
    value = view_agreement(
        first, second, torch.tensor(weights, dtype=torch.float64)
    )
    assert value.item() == pytest.approx(sum(cosines) / 4, rel=1e-12)


def test_agreement_of_a_view_with_itself_is_one():
    first, _ = views()
    weights = torch.tensor([0.2, 0.2, 0.6]).double()
    assert view_agreement(first, first, weights).item() == pytest.approx(1)


def test_gradient_of_the_agreement():
    first, second = views()
    weights = torch.tensor([0.2, 0.3, 0.5]).double().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda w: view_agreement(first, second, w), weights
    )


def test_agreement_of_half_precision_is_computed_in_float32():
    first, second = views().bfloat16()
    weights = torch.full((3,), 1 / 3)
    value = view_agreement(first, second, weights)
    assert value.dtype == torch.float32
    exact = view_agreement(first.double(), second.double(), weights.double())
    assert value.item() == pytest.approx(exact.item(), rel=1e-6)


@pytest.mark.parametrize(
    ('counts', 'expected'),
    [
        (
            [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50],
            13.95880430902665,
        ),
        (
            [83, 5000, 50, 645, 139, 2997, 232, 1077, 387, 1796],
            12.541416841159204,
        ),
    ],
)
def test_the_loss_is_that_of_the_published_code(counts, expected):
    """DiverseExpertLoss with tau 2, executed on CPU with these logits.

    https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/model/loss.py#L244-L286
    """
    steps = torch.arange(40, dtype=torch.float64)
    labels = torch.tensor([0, 3, 7, 9])
    loss = 0
    for k, adjustment in enumerate(sade_adjustments(counts, tau=2.0)):
        logits = 2 * torch.sin((k + 1) * steps).reshape(4, 10)
        loss += torch.nn.functional.cross_entropy(logits + adjustment, labels)
    # its prior is float32, and 1e-9 is added to it
    assert loss.item() == pytest.approx(expected, rel=1e-7)


def test_agreement_against_the_cosine_of_scipy():
    first, second = views()
    weights = np.array([0.1, 0.2, 0.7])
    p, q = (
        scipy.special.softmax(np.tensordot(weights, view.numpy(), 1), axis=1)
        for view in (first, second)
    )
    expected = np.mean([1 - cosine(a, b) for a, b in zip(p, q, strict=True)])
    value = view_agreement(first, second, torch.from_numpy(weights))
    assert value.item() == pytest.approx(expected, rel=1e-12)


def test_adjustments_against_sorted_priors_of_numpy():
    """Class of rank r from above has the prior of rank r from below."""
    counts = np.random.default_rng(0).permutation(np.arange(1, 41))
    rising = np.argsort(counts)
    inverse = np.empty(40)
    inverse[rising[::-1]] = counts[rising]
    log_prior, log_inverse = np.log(counts / 820), np.log(inverse / 820)
    rows = sade_adjustments(counts, 3, tau=1.5).numpy()
    np.testing.assert_allclose(rows[1], log_prior, rtol=1e-13)
    np.testing.assert_allclose(
        rows[2], log_prior - 1.5 * log_inverse, rtol=1e-12, atol=1e-13
    )
