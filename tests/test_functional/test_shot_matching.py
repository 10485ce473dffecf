import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
from scipy.optimize import minimize

from mmlt.functional import (
    fit_shot_matching,
    group_gaps,
    shot_matched_logits,
)

COUNTS = torch.tensor([300, 120, 50, 9, 4])
GROUPS = [COUNTS > 100, (COUNTS <= 100) & (COUNTS >= 20), COUNTS < 20]


def samples(n=30, seed=0):
    """Too sure, and too seldom of a rare class."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(5).repeat_interleave(n)
    logits = torch.randn(5 * n, 5, generator=generator).double()
    logits[torch.arange(5 * n), labels] += 1.5
    logits = 2.5 * (logits + COUNTS.log() / 3)
    return logits, labels, torch.full((5 * n,), 1 / (5 * n)).double()


def objective(theta, z, y, weights, gap_weight):
    """The objective of the fit, written in numpy from its description."""
    scale = scipy.stats.zscore(np.log(COUNTS.numpy()))
    expected = scipy.special.softmax(z, axis=1) @ scale
    out = z / np.exp(theta[0] + theta[1] * expected)[:, None]
    p = scipy.special.softmax(out, axis=1)
    value = weights @ -np.log(p[np.arange(len(y)), y])
    for group in GROUPS:
        mask = group.numpy()[y]
        sure = np.average(p.max(1)[mask], weights=weights[mask])
        right = np.average((p.argmax(1) == y)[mask], weights=weights[mask])
        value += gap_weight * group.numpy().mean() * (sure - right) ** 2
    return value


def test_group_gaps_are_confidence_minus_accuracy():
    logits = torch.tensor([[9.0, 0], [0, 9.0], [9.0, 0]]).double()
    labels = torch.tensor([0, 0, 1])
    groups = [torch.tensor([True, False]), torch.tensor([False, True])]
    gap = group_gaps(logits, labels, torch.ones(3).double(), groups)
    confidence = 1 / (1 + np.exp(-9))
    assert gap.tolist() == pytest.approx([confidence - 0.5, confidence])


@pytest.mark.parametrize('strength', [0.0, 0.4])
def test_temperatures_are_those_that_scipy_finds(strength):
    logits, labels, weights = samples()
    intercept, slope, taken = fit_shot_matching(
        logits, labels, weights, COUNTS, GROUPS, [strength], 30.0
    )
    assert taken == strength
    log_count = np.log(COUNTS.numpy())
    z = logits.numpy() - strength * (log_count - log_count.mean())
    best = minimize(
        objective,
        np.zeros(2),
        (z, labels.numpy(), weights.numpy(), 30.0),
        method='Nelder-Mead',
        options=dict(xatol=1e-9, fatol=1e-14),
    )
    assert intercept == pytest.approx(best.x[0], abs=1e-5)
    assert slope == pytest.approx(best.x[1], abs=1e-5)


def test_the_strength_of_the_least_objective_is_taken():
    logits, labels, weights = samples()
    strengths = [0.0, 0.2, 0.4, 0.8]
    *_, taken = fit_shot_matching(
        logits, labels, weights, COUNTS, GROUPS, strengths, 30.0
    )
    log_count = np.log(COUNTS.numpy())
    values = {}
    for strength in strengths:
        *theta, _ = fit_shot_matching(
            logits, labels, weights, COUNTS, GROUPS, [strength], 30.0
        )
        values[strength] = objective(
            theta,
            logits.numpy() - strength * (log_count - log_count.mean()),
            labels.numpy(),
            weights.numpy(),
            30.0,
        )
    assert taken == min(values, key=values.get)
    assert taken > 0


def test_each_strength_is_fitted_as_if_it_were_alone():
    """The search begins at the fit before it, and ends where it would."""
    logits, labels, weights = samples()
    *together, taken = fit_shot_matching(
        logits, labels, weights, COUNTS, GROUPS, [0.0, 0.2, 0.4, 0.8], 30.0
    )
    *alone, _ = fit_shot_matching(
        logits, labels, weights, COUNTS, GROUPS, [taken], 30.0
    )
    assert taken > 0
    assert together == pytest.approx(alone, rel=1e-5)


def test_a_strength_that_costs_accuracy_is_not_taken():
    logits, labels, weights = samples()
    # an accuracy of 1 cannot be kept by any strength
    perfect = 9 * torch.eye(5).double()[labels]
    *_, taken = fit_shot_matching(
        logits,
        labels,
        weights,
        COUNTS,
        GROUPS,
        [0.0, 0.2, 0.4],
        30.0,
        keep_accuracy_of=perfect,
    )
    assert taken == 0


def test_the_three_numbers_are_applied_in_order():
    """Prior out first; the temperature is of what is left."""
    z = np.random.default_rng(0).normal(size=(4, 5))
    log_count = np.log(COUNTS.numpy())
    left = z - 0.3 * (log_count - log_count.mean())
    u = scipy.special.softmax(left, axis=1) @ scipy.stats.zscore(log_count)
    expected = left / np.exp(0.2 - 0.1 * u)[:, None]
    got = shot_matched_logits(torch.from_numpy(z), COUNTS, 0.2, -0.1, 0.3)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)


def test_without_a_group_that_has_a_sample_there_is_no_gap():
    logits, labels = torch.zeros(2, 3).double(), torch.tensor([0, 1])
    weights, absent = torch.full((2,), 0.5), torch.tensor([0, 0, 1]) == 1
    gaps = group_gaps(logits, labels, weights, [absent])
    assert gaps.shape == (0,)
    assert gaps.dtype == torch.float64
