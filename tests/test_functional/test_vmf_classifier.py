import math

import mpmath
import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    check_vmf_parameters,
    directional_logits,
    positive_concentration,
    raw_concentration,
    vmf_bias,
    vmf_mean_resultant,
)


def appendix_bias(dim, kappa):
    """b of the appendix, Eq. 1, at 60 digits."""
    with mpmath.workdps(60):
        v, k = mpmath.mpf(dim) / 2 - 1, mpmath.mpf(kappa)
        return v * mpmath.log(k) - mpmath.log(mpmath.besseli(v, k))


@pytest.mark.parametrize('dim', [2, 3, 64, 2048])
def test_bias_is_that_of_the_appendix_up_to_a_constant(dim):
    kappa = torch.tensor([3.0, 16.0, 17.0, 40.0], dtype=torch.float64)
    expected = [appendix_bias(dim, k) for k in kappa.tolist()]
    bias = vmf_bias(dim, kappa)
    for i in range(4):
        for j in range(4):
            if i != j:
                difference = float(expected[i] - expected[j])
                assert (bias[i] - bias[j]).item() == pytest.approx(
                    difference, rel=1e-12, abs=0
                )


def test_float32_bias_loses_nothing_at_2048_dimensions():
    kappa = torch.tensor([16.0, 17.0])
    bias = vmf_bias(2048, kappa).float()
    expected = float(appendix_bias(2048, 17) - appendix_bias(2048, 16))
    assert expected == pytest.approx(-0.00806, abs=5e-6)
    difference = (bias[1] - bias[0]).item()
    assert difference == pytest.approx(expected, rel=2e-7, abs=0)


@pytest.mark.parametrize('value', [0.1, 16.0, 23.7, 1e4])
def test_bias_is_exactly_zero_where_all_kappa_are_equal(value):
    for dtype in (torch.float32, torch.float64):
        assert not vmf_bias(64, torch.full((7,), value, dtype=dtype)).any()


def test_slope_of_the_bias_is_minus_the_mean_resultant():
    kappa = torch.tensor([3.0, 16, 40], dtype=torch.float64)
    kappa.requires_grad_()
    (grad,) = torch.autograd.grad(vmf_bias(64, kappa).sum(), kappa)
    torch.testing.assert_close(
        grad, -vmf_mean_resultant(64, kappa.detach()), rtol=1e-13, atol=0
    )


def test_positive_concentration_and_its_inverse():
    kappa = torch.tensor([1e-3, 0.5, 8, 16, 24, 32, 1e4], dtype=torch.float64)
    again = positive_concentration(raw_concentration(kappa))
    torch.testing.assert_close(again, kappa, rtol=1e-12, atol=0)
    for value in (8.0, 16.0, 24.0, 32.0):
        raw = raw_concentration(torch.tensor([value]))
        assert positive_concentration(raw).item() == pytest.approx(
            value, rel=1.2e-7
        )


def test_positive_concentration_is_the_parameter_itself_from_16_on():
    raw = torch.linspace(16, 40, 9, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(positive_concentration(raw).sum(), raw)
    assert (slope - 1).abs().max() < 1.2e-7


def test_positive_concentration_has_no_jump_and_is_positive():
    raw = torch.tensor([20 - 1e-12, 20 + 1e-12, -700.0], dtype=torch.float64)
    low, high, tiny = positive_concentration(raw)
    assert abs(high - low) < 1e-11
    assert tiny > 0


def inputs(dtype=torch.float64):
    x = torch.randn(6, 5, dtype=dtype)
    kappa = torch.rand(4, dtype=dtype) * 20 + 1
    mu = F.normalize(torch.randn(4, 5, dtype=dtype), dim=1)
    return x, kappa, mu, torch.randn(4, dtype=dtype)


def test_logits_are_the_formula():
    x, kappa, mu, offset = inputs()
    logits = directional_logits(x, kappa, mu, offset)
    raw = directional_logits(x, kappa, mu, normalize=False)
    for n in range(6):
        for i in range(4):
            dot = sum(float(x[n, d] * mu[i, d]) for d in range(5))
            norm = math.sqrt(sum(float(v) ** 2 for v in x[n]))
            k, b = float(kappa[i]), float(offset[i])
            assert logits[n, i].item() == pytest.approx(
                k * dot / norm + b, rel=1e-12
            )
            assert raw[n, i].item() == pytest.approx(k * dot, rel=1e-12)


def test_logits_gradcheck():
    tensors = [t.requires_grad_() for t in inputs()]
    assert torch.autograd.gradcheck(directional_logits, tensors)


def test_logits_are_float32_under_autocast_and_from_half_precision():
    x, kappa, mu, offset = inputs(torch.float32)
    expected = directional_logits(x, kappa, mu, offset)
    with torch.autocast('cpu', torch.bfloat16):
        logits = directional_logits(x, kappa, mu, offset)
    assert logits.dtype == torch.float32
    assert torch.equal(logits, expected)
    half = directional_logits(x.bfloat16(), kappa, mu, offset)
    assert half.dtype == torch.float32


@pytest.mark.parametrize('bad', [-1.0, math.nan, math.inf])
def test_a_concentration_that_is_none_is_refused(bad):
    _, kappa, mu, _ = inputs()
    kappa[2] = bad
    with pytest.raises(ValueError, match='class 2 has'):
        check_vmf_parameters(kappa, mu)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_directions_of_length_one_are_so_in_half_precision(dtype):
    mu = F.normalize(torch.randn(100, 2), dim=1).to(dtype)
    check_vmf_parameters(torch.ones(100, dtype=dtype), mu)
    mu[3] *= 1.1
    with pytest.raises(ValueError, match='class 3 has length 1.'):
        check_vmf_parameters(torch.ones(100, dtype=dtype), mu)


def test_a_class_without_a_direction_is_refused_unless_it_is_uniform():
    _, kappa, mu, _ = inputs()
    mu[1] = 0
    with pytest.raises(ValueError, match='class 1 has length 0'):
        check_vmf_parameters(kappa, mu)
    kappa[1] = 0
    check_vmf_parameters(kappa, mu)
