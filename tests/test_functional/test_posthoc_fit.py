import numpy as np
import pytest
import scipy.special
import torch
import torch.nn.functional as F
from scipy.optimize import minimize, minimize_scalar
from sklearn.utils.class_weight import compute_sample_weight

from mmlt.functional import (
    NoMinimumError,
    balanced_weights,
    fit_by_likelihood,
    fit_vector_scaling,
    stratified_folds,
    vector_scaled,
    vector_scaled_out_of_fold,
)


def sharp(n=600, c=4, temperature=2.5, seed=0):
    """Logits whose probabilities are right after division by T."""
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(n, c, generator=generator).double()
    labels = logits.softmax(1).multinomial(1, generator=generator).flatten()
    return logits * temperature, labels


def scaled(z, theta):
    return z * torch.exp(-theta[0])


def test_temperature_is_the_one_that_scipy_finds():
    logits, labels = sharp()
    found = fit_by_likelihood(scaled, torch.zeros(1), logits, labels)
    z, y = logits.numpy(), labels.numpy()

    def nll(log_t):
        out = z / np.exp(log_t)
        out = out - out.max(1, keepdims=True)
        log_sum = np.log(np.exp(out).sum(1))
        return (log_sum - out[np.arange(len(y)), y]).mean()

    expected = minimize_scalar(
        nll, bounds=(-3, 3), method='bounded', options=dict(xatol=1e-10)
    )
    assert found.item() == pytest.approx(expected.x, abs=1e-6)
    assert found.exp().item() == pytest.approx(2.5, rel=0.2)


@pytest.mark.parametrize('begin', [-2.0, 0.5, 2.0])
def test_where_the_search_begins_does_not_matter(begin):
    logits, labels = sharp()
    expected = fit_by_likelihood(scaled, torch.zeros(1), logits, labels)
    found = fit_by_likelihood(
        scaled,
        torch.zeros(1),
        logits,
        labels,
        begin=torch.tensor([begin]),
    )
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)


def test_weights_count_samples():
    """Weight 2 is the sample twice."""
    logits, labels = sharp(60)
    weights = torch.ones(60).double()
    weights[:20] = 2
    twice = torch.cat([torch.arange(60), torch.arange(20)])
    a = fit_by_likelihood(
        scaled, torch.zeros(1), logits, labels, weights / weights.sum()
    )
    b = fit_by_likelihood(scaled, torch.zeros(1), logits[twice], labels[twice])
    torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-8)


def test_a_large_penalty_changes_nothing():
    logits, labels = sharp()
    start = torch.tensor([0.3])
    found = fit_by_likelihood(scaled, start, logits, labels, penalty=1e9)
    assert found.item() == pytest.approx(0.3, abs=1e-6)


def test_balanced_weights_make_classes_alike():
    labels = torch.tensor([0, 0, 0, 2])
    weights = balanced_weights(labels, 4)
    assert weights.tolist() == pytest.approx([1 / 6] * 3 + [1 / 2])


def test_folds_spread_every_class():
    labels = torch.tensor([0] * 23 + [1] * 5 + [2] * 2 + [3])
    fold = stratified_folds(labels, 5)
    for c, most in ((0, 5), (1, 1), (2, 1), (3, 1)):
        assert fold[labels == c].bincount().max() == most
    assert torch.equal(fold, stratified_folds(labels, 5))
    assert not torch.equal(fold, stratified_folds(labels, 5, seed=1))


def test_refuses_no_sample():
    with pytest.raises(ValueError, match='held-out samples'):
        fit_by_likelihood(
            scaled, torch.zeros(1), torch.ones(0, 2), torch.ones(0).long()
        )


def test_the_fit_is_of_least_likelihood():
    """Nothing near it is better, for many parameters too."""
    logits, labels = sharp(300)

    def vector(z, theta):
        return z * theta[:4].exp() + theta[4:]

    theta = fit_by_likelihood(
        vector, torch.zeros(8), logits, labels, penalty=1e-3
    )

    def value(theta):
        nll = F.cross_entropy(vector(logits, theta), labels)
        return (nll + 5e-4 * theta.square().sum()).item()

    for seed in range(10):
        generator = torch.Generator().manual_seed(seed)
        step = 1e-2 * torch.randn(8, generator=generator).double()
        assert value(theta + step) > value(theta)


def test_balanced_weights_against_sklearn():
    labels = torch.tensor([0, 0, 0, 2, 4, 4])
    expected = compute_sample_weight('balanced', labels.numpy())
    np.testing.assert_allclose(
        balanced_weights(labels, 5).numpy(),
        expected / expected.sum(),
        rtol=1e-14,
    )


def vector_by_scipy(z, y, weights, penalty):
    """Scale and shift of each class by a search that knows no gradient."""
    size = z.shape[1]

    def value(theta):
        out = z * np.exp(theta[:size]) + theta[size:]
        nll = scipy.special.logsumexp(out, axis=1) - out[np.arange(len(y)), y]
        return weights @ nll + penalty / 2 * (theta**2).sum()

    found = minimize(value, np.zeros(2 * size), method='BFGS', tol=1e-10)
    return found.x[:size], found.x[size:]


@pytest.mark.parametrize('balanced', [False, True])
def test_vector_scaling_is_the_one_that_scipy_finds(balanced):
    logits, labels = sharp(80, 3)
    weights = balanced_weights(labels, 3) if balanced else None
    log_scale, shift = fit_vector_scaling(
        logits, labels, weights, penalty=0.03
    )
    plain = np.full(80, 1 / 80) if weights is None else weights.numpy()
    expected = vector_by_scipy(logits.numpy(), labels.numpy(), plain, 0.03)
    np.testing.assert_allclose(log_scale.numpy(), expected[0], atol=1e-5)
    np.testing.assert_allclose(shift.numpy(), expected[1], atol=1e-5)


def test_out_of_fold_logits_are_those_of_fits_on_the_other_folds():
    logits, labels = sharp(60, 3)
    got = vector_scaled_out_of_fold(logits, labels, 3, seed=2, penalty=0.03)
    fold = stratified_folds(labels, 3, seed=2)
    for k in range(3):
        others = (fold != k).numpy()
        y = labels.numpy()[others]
        weights = compute_sample_weight('balanced', y)
        log_scale, shift = vector_by_scipy(
            logits.numpy()[others], y, weights / weights.sum(), 0.03
        )
        expected = vector_scaled(
            logits[fold == k],
            torch.from_numpy(log_scale),
            torch.from_numpy(shift),
        )
        torch.testing.assert_close(
            got[fold == k], expected, rtol=1e-3, atol=1e-3
        )


def test_samples_of_a_single_fold_stay_as_they_are():
    logits, labels = torch.randn(1, 3), torch.tensor([1])
    got = vector_scaled_out_of_fold(logits, labels, 5)
    assert torch.equal(got, logits.double())


def test_a_class_that_is_masked_out_leaves_the_fit_as_without_it():
    logits, labels = sharp(60, 3)
    masked = torch.cat([logits, torch.full((60, 1), -torch.inf)], dim=1)
    with_mask = fit_by_likelihood(scaled, torch.zeros(1), masked, labels)
    without = fit_by_likelihood(scaled, torch.zeros(1), logits, labels)
    torch.testing.assert_close(with_mask, without, rtol=1e-9, atol=0)


def test_refuses_a_label_that_is_masked_out():
    logits = torch.zeros(3, 2)
    logits[1, 0] = -torch.inf
    with pytest.raises(ValueError, match='sample 1 is -inf'):
        fit_by_likelihood(
            scaled, torch.zeros(1), logits, torch.tensor([0, 0, 1])
        )


def test_refuses_where_the_optimizer_would_go_on():
    """Quasi-complete separation: every shift of class 1 further down helps."""
    logits, labels = torch.zeros(9, 2).double(), torch.zeros(9).long()

    def shifted(z, theta):
        return torch.stack([z[:, 0], z[:, 1] + theta[0]], dim=1)

    with pytest.raises(NoMinimumError, match='improves without end'):
        fit_by_likelihood(shifted, torch.zeros(1), logits, labels)
    labels[0] = 1  # now log(1/8) is best
    found = fit_by_likelihood(shifted, torch.zeros(1), logits, labels)
    assert found.item() == pytest.approx(-np.log(8), abs=1e-6)


def test_a_parameter_without_effect_is_no_reason_to_refuse():
    logits, labels = sharp(100, 3)
    found = fit_by_likelihood(
        lambda z, theta: scaled(z, theta) + 0 * theta[1],
        torch.zeros(2),
        logits,
        labels,
    )
    assert found[1] == 0


def test_vector_scaling_without_a_penalty_needs_every_class():
    logits, labels = sharp(80, 4)
    fit_vector_scaling(logits, labels)
    kept = labels != 2
    with pytest.raises(NoMinimumError, match='class 2 has none'):
        fit_vector_scaling(logits[kept], labels[kept])
    fit_vector_scaling(logits[kept], labels[kept], penalty=0.03)
    logits[labels == 1, 1] = 100.0
    with pytest.raises(NoMinimumError, match='class 1 is told from all'):
        fit_vector_scaling(logits, labels)


def test_vector_scaling_refuses_what_it_can_get_all_right():
    # shifted by 10, class 0 is right everywhere; its own logit alone, from
    # -1 to 3, does not tell it from the others
    logits = torch.tensor([[3.0, 0, 0], [-1, -9, -9], [2, 19, 0], [2, 0, 19]])
    logits = torch.cat([logits, logits + 1])
    labels = torch.tensor([0, 0, 1, 2] * 2)
    logits[:, 0] -= 10
    logits[0, 1] = logits[4, 2] = 20
    labels[[0, 4]] = torch.tensor([1, 2])
    with pytest.raises(NoMinimumError):
        fit_vector_scaling(logits, labels)


def test_refuses_two_parameters_that_cancel_on_the_last_wrong_sample():
    """T -> 0 wherever u > 0, and stays what it is for the one at u = 0."""
    u = torch.tensor([0.0, 1.0, 1.5, 2.0]).double()
    logits = torch.tensor([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [0.0, 1.0]])
    logits = torch.cat([logits, torch.tensor([[1.5, 0.0]])])
    u = torch.cat([u, u[:1]])
    labels = torch.tensor([1, 0, 0, 1, 0])

    def scaled_by_u(z, theta):
        return z * torch.exp(-(theta[0] + theta[1] * u))[:, None]

    with pytest.raises(NoMinimumError, match='improves without end'):
        fit_by_likelihood(scaled_by_u, torch.zeros(2), logits, labels)


def test_refuses_what_two_of_a_hundred_samples_decide():
    """Their temperatures, 0.07 apart in u, tilt the line for all others."""
    logits, _ = sharp(100, 3)
    labels = logits.argmax(1)
    u = torch.linspace(-1, 2, 100).double()
    u[:2] = torch.tensor([-1.0, -0.93])
    logits[:2] = torch.tensor([[1.0, 0.6, 0.0], [3.0, 0.1, 0.0]])
    labels[:2] = 1

    def scaled_by_u(z, theta):
        return z * torch.exp(-(theta[0] + theta[1] * u))[:, None]

    with pytest.raises(NoMinimumError, match='standard error|without end'):
        fit_by_likelihood(scaled_by_u, torch.zeros(2), logits, labels)


def test_weights_of_float32_are_taken():
    logits = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(40) % 3
    weights = balanced_weights(labels, 3)
    start = torch.zeros(1)

    def fit(weights):
        return fit_by_likelihood(
            lambda z, t: z * t.exp(),
            start,
            logits,
            labels,
            weights,
            penalty=0.1,
        )

    torch.testing.assert_close(
        fit(weights.float()), fit(weights.double()), rtol=1e-5, atol=1e-8
    )
