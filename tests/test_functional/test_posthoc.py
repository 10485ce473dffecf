import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch

from mmlt.functional import (
    log_linear_temperature,
    logit_adjustment,
    predicted_class_temperature,
    standardized,
    tau_normalized_logits,
    temperature_scaled,
    vector_scaled,
)
from mmlt.models import TauNormClsHead


@pytest.mark.parametrize('centered', [False, True])
def test_logit_adjustment_is_the_formula(centered):
    logits, prior = torch.randn(7, 3).double(), torch.tensor([70, 20, 10])
    got = logit_adjustment(logits, prior, 0.7, centered).softmax(1)
    expected = logits.softmax(1) / prior**0.7
    expected = expected / expected.sum(1, keepdim=True)
    torch.testing.assert_close(got, expected)
    same = logit_adjustment(logits, prior, 0.0, centered)
    assert torch.equal(same, logits)


def test_convention_centered_adjustment_keeps_the_mean_logit():
    logits, prior = torch.randn(7, 3).double(), torch.tensor([70, 20, 10])
    got = logit_adjustment(logits, prior, 1.0, centered=True)
    torch.testing.assert_close(got.mean(1), logits.mean(1))
    log_prior = np.log(prior.numpy())
    expected = logits.numpy() - log_prior + log_prior.mean()
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize('tau', [0.0, 0.7, 1.0])
def test_tau_normalization_is_that_of_the_head(tau):
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


def test_standardized():
    values = standardized(torch.tensor([1, 2, 3]))
    assert values.mean() == 0
    assert values.square().mean().item() == pytest.approx(1)
    assert standardized(torch.tensor([4, 4])).tolist() == [0, 0]


def test_scalings_against_numpy():
    logits, shift = torch.randn(6, 4).double(), torch.randn(4).double()
    log_scale = torch.randn(4).double()
    z = logits.numpy()
    log_temperature = torch.tensor(0.3, dtype=torch.float64)
    np.testing.assert_allclose(
        temperature_scaled(logits, log_temperature).numpy(),
        z / np.exp(0.3),
        rtol=1e-14,
    )
    np.testing.assert_allclose(
        vector_scaled(logits, log_scale, shift).numpy(),
        z @ np.diag(np.exp(log_scale.numpy())) + shift.numpy(),
        rtol=1e-12,
    )
    zero = torch.zeros(4).double()
    assert torch.equal(vector_scaled(logits, zero, zero), logits)


def test_log_linear_temperature_against_numpy():
    """log T = 0.2 - 0.7 u, u the mean of the values under the softmax."""
    z = np.random.default_rng(0).normal(size=(5, 3))
    values = np.array([1.2, -0.1, -1.1])
    u = scipy.special.softmax(z, axis=1) @ values
    expected = z / np.exp(0.2 - 0.7 * u)[:, None]
    got = log_linear_temperature(
        torch.from_numpy(z),
        torch.from_numpy(values),
        torch.tensor(0.2, dtype=torch.float64),
        torch.tensor(-0.7, dtype=torch.float64),
    )
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-13)


def test_standardized_against_scipy():
    values = np.array([500.0, 20, 3, 8, 8])
    np.testing.assert_allclose(
        standardized(torch.from_numpy(values)).numpy(),
        scipy.stats.zscore(values),
        rtol=1e-13,
    )
