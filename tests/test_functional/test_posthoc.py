import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import minimize_scalar

from mmlt.functional import (
    balanced_weights,
    fit_by_likelihood,
    group_gaps,
    log_linear_temperature,
    logit_adjustment,
    predicted_class_temperature,
    standardized,
    stratified_folds,
    tau_normalized_logits,
)
from mmlt.models import TauNormClsHead


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


def test_logit_adjustment_is_the_formula():
    logits, prior = torch.randn(7, 3).double(), torch.tensor([70, 20, 10])
    got = logit_adjustment(logits, prior, 0.7).softmax(1)
    expected = logits.softmax(1) / prior**0.7
    expected = expected / expected.sum(1, keepdim=True)
    torch.testing.assert_close(got, expected)
    assert torch.equal(logit_adjustment(logits, prior, 0.0), logits)


@pytest.mark.parametrize('tau', [0.0, 0.7, 1.0])
def test_tau_normalisation_is_that_of_the_head(tau):
    head = TauNormClsHead(5, 8, tau=tau).double()
    features, bias = torch.randn(6, 8).double(), torch.randn(5).double()
    with torch.no_grad():
        expected = head((features,))
        norm = head.fc.weight.norm(dim=1)
        linear = features @ head.fc.weight.T + bias
    got = tau_normalized_logits(linear, norm, bias, tau)
    torch.testing.assert_close(got, expected)


def test_temperatures_keep_the_predicted_class():
    logits = torch.randn(50, 6).double()
    values = standardized(torch.tensor([500, 100, 50, 20, 10, 5]).log())
    smooth = log_linear_temperature(
        logits, values, torch.tensor(0.4), torch.tensor(-0.8)
    )
    by_class = predicted_class_temperature(logits, torch.randn(6).double())
    for out in (smooth, by_class):
        assert torch.equal(out.argmax(1), logits.argmax(1))
        assert not torch.allclose(out, logits)


def test_slope_zero_is_one_temperature():
    logits, values = torch.randn(5, 3).double(), torch.tensor([1.0, 0, -1])
    one = log_linear_temperature(
        logits, values, torch.tensor(0.5), torch.tensor(0.0)
    )
    torch.testing.assert_close(one, logits / np.exp(0.5))
    same = predicted_class_temperature(logits, torch.full((3,), 0.5).double())
    torch.testing.assert_close(same, one)


def test_log_linear_temperature_has_a_gradient():
    values = torch.tensor([1.0, 0.2, -1.2]).double()
    inputs = (
        torch.randn(4, 3).double().requires_grad_(),
        torch.tensor(0.2).double().requires_grad_(),
        torch.tensor(-0.5).double().requires_grad_(),
    )
    assert torch.autograd.gradcheck(
        lambda z, a, b: log_linear_temperature(z, values, a, b), inputs
    )


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


def test_group_gaps_are_confidence_minus_accuracy():
    logits = torch.tensor([[9.0, 0], [0, 9.0], [9.0, 0]]).double()
    labels = torch.tensor([0, 0, 1])
    groups = [torch.tensor([True, False]), torch.tensor([False, True])]
    gap = group_gaps(logits, labels, torch.ones(3).double(), groups)
    confidence = 1 / (1 + np.exp(-9))
    assert gap.tolist() == pytest.approx([confidence - 0.5, confidence])


def test_standardized():
    values = standardized(torch.tensor([1, 2, 3]))
    assert values.mean() == 0
    assert values.square().mean().item() == pytest.approx(1)
    assert standardized(torch.tensor([4, 4])).tolist() == [0, 0]


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
