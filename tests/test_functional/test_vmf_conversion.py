import math

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    causal_to_vmf,
    cosine_to_vmf,
    linear_to_vmf,
    overlap_row_means,
    tau_norm_to_vmf,
)

CONVERSIONS = [linear_to_vmf, tau_norm_to_vmf, causal_to_vmf, cosine_to_vmf]


def weights(dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(5, 7, generator=generator, dtype=dtype)


def features():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(9, 7, generator=generator, dtype=torch.float64)


# --- the scores of the appendix, Equations 8 to 11 ---


def test_linear_scores():
    w, x = weights(), features()
    kappa, mu = linear_to_vmf(w)
    torch.testing.assert_close(x @ (kappa[:, None] * mu).T, x @ w.T)


@pytest.mark.parametrize('tau', [0, 0.3, 0.7, 1, 2])
def test_tau_norm_scores(tau):
    w, x = weights(), F.normalize(features(), dim=1)
    kappa, mu = tau_norm_to_vmf(w, tau)
    scores = x @ (w / w.norm(dim=1, keepdim=True) ** tau).T
    torch.testing.assert_close(x @ (kappa[:, None] * mu).T, scores)


@pytest.mark.parametrize('gamma', [1 / 16, 1 / 32, 2.0])
def test_causal_scores(gamma):
    w, x = weights(), F.normalize(features(), dim=1)
    kappa, mu = causal_to_vmf(w, gamma)
    scores = x @ (w / (w.norm(dim=1, keepdim=True) + gamma)).T
    torch.testing.assert_close(x @ (kappa[:, None] * mu).T, scores)


def test_cosine_scores():
    w, x = weights(), features()
    kappa, mu = cosine_to_vmf(w, 20)
    scores = 20 * F.cosine_similarity(x[:, None], w[None], dim=2)
    torch.testing.assert_close(
        F.normalize(x, dim=1) @ (kappa[:, None] * mu).T, scores
    )


# --- limits and claims ---


def test_tau_zero_is_linear_and_tau_one_forgets_the_norm():
    w = weights()
    for one, two in zip(tau_norm_to_vmf(w, 0), linear_to_vmf(w), strict=True):
        assert torch.equal(one, two)
    assert torch.equal(tau_norm_to_vmf(w, 1)[0], w.new_ones(5))


def test_causal_concentration_is_below_one():
    kappa, _ = causal_to_vmf(weights() * 1e3)
    assert (kappa < 1).all()
    assert (kappa > 0.99).all()


def test_directions_are_unit_rows_and_the_same_for_all():
    w = weights()
    for convert in CONVERSIONS:
        _, mu = convert(w)
        torch.testing.assert_close(mu.norm(dim=1), w.new_ones(5))
        assert torch.equal(mu, linear_to_vmf(w)[1])


def test_overlaps_of_converted_classifiers_are_close_to_one():
    """The range measured for 2,048 dimensions and norms in [0.5, 2]."""
    generator = torch.Generator().manual_seed(0)
    w = torch.randn(50, 2048, generator=generator, dtype=torch.float64)
    norm = torch.linspace(0.5, 2, 50, dtype=torch.float64)
    w = norm[:, None] * F.normalize(w, dim=1)
    for convert, low in (
        (linear_to_vmf, 0.9975),
        (tau_norm_to_vmf, 0.9991),
        (causal_to_vmf, 0.9994),
    ):
        overlap = overlap_row_means(*convert(w))
        assert low < overlap.min() < overlap.max() < 1


# --- edges ---


def test_a_row_of_zeros_gives_no_nan():
    w = weights()
    w[2] = 0
    for convert, expected in zip(CONVERSIONS, (0, 0, 0, 16), strict=True):
        kappa, mu = convert(w)
        assert kappa[2].item() == expected
        assert torch.equal(mu[2], torch.zeros_like(mu[2]))
        assert kappa.isfinite().all()


@pytest.mark.parametrize('convert', CONVERSIONS)
def test_gradients(convert):
    w = weights().requires_grad_()
    assert torch.autograd.gradcheck(convert, w)


@pytest.mark.parametrize('convert', CONVERSIONS)
def test_dtype(convert):
    for given, returned in (
        (torch.float64, torch.float64),
        (torch.float32, torch.float32),
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
    ):
        kappa, mu = convert(weights().to(given))
        assert kappa.dtype == mu.dtype == returned


# --- conventions ---


def test_convention_defaults_are_those_of_the_appendix():
    w = weights()
    norm = w.norm(dim=1)
    torch.testing.assert_close(tau_norm_to_vmf(w)[0], norm**0.3)
    torch.testing.assert_close(causal_to_vmf(w)[0], norm / (norm + 0.0625))
    assert torch.equal(cosine_to_vmf(w)[0], torch.full_like(norm, 16))


# --- errors ---


@pytest.mark.parametrize('convert', CONVERSIONS)
def test_errors_of_the_weight(convert):
    with pytest.raises(ValueError, match=r'`weight`.*\(C, D\).*\(7,\)'):
        convert(weights()[0])
    with pytest.raises(TypeError, match='`weight`.*int64'):
        convert(weights().long())
    with pytest.raises(TypeError, match='`weight`.*list'):
        convert([[1.0]])


def test_errors_of_the_settings():
    w = weights()
    with pytest.raises(ValueError, match='`tau`.*-1'):
        tau_norm_to_vmf(w, -1)
    with pytest.raises(ValueError, match='`gamma`.*> 0'):
        causal_to_vmf(w, 0)
    with pytest.raises(ValueError, match='`gamma`.*nan'):
        causal_to_vmf(w, math.nan)
    with pytest.raises(ValueError, match='`scale`.*-2'):
        cosine_to_vmf(w, -2)
    with pytest.raises(TypeError, match='`scale`'):
        cosine_to_vmf(w, '16')
