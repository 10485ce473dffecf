import math

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    vmf_kl,
    vmf_log_partition,
    vmf_mean_resultant,
    vmf_mean_resultant_derivative,
    vmf_overlap,
)
from tests.vmf_cases import classes, f64, pair

# dim, kappa_i, kappa_j, cosine, KL by mpmath
KL_VALUES = [
    (64, 17, 23, 0.2, 4.8160404516598829),
    (512, 16, 16, 0.0, 0.49951455900624649),
    (2048, 16, 30, 0.1, 0.25876123137071077),
    (2048, 30, 16, 0.1, 0.25872155954649163),
]


def kl_by_mpmath(dim, kappa_i, kappa_j, cosine):
    """Return the formula of the appendix at 50 digits."""
    with mpmath.workdps(50):
        v = mpmath.mpf(dim) / 2 - 1
        ki, kj = mpmath.mpf(kappa_i), mpmath.mpf(kappa_j)
        low_i, low_j = mpmath.besseli(v, ki), mpmath.besseli(v, kj)
        b_i = v * mpmath.log(ki) - mpmath.log(low_i)
        b_j = v * mpmath.log(kj) - mpmath.log(low_j)
        a = mpmath.besseli(v + 1, ki) / low_i
        return float(b_i - b_j + a * (ki - kj * mpmath.mpf(cosine)))


@pytest.mark.parametrize(('dim', 'ki', 'kj', 'cosine', 'expected'), KL_VALUES)
def test_recorded_divergences(dim, ki, kj, cosine, expected):
    kl = vmf_kl(f64(ki, kj), pair(dim, cosine))
    assert kl[0, 1].item() == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize('dim', [2, 3, 64, 511, 2048])
def test_kl_against_mpmath_from_far_to_close(dim):
    for kappa in (0.01, 16.0, 1e3):
        for share in (10.0, 0.5, 0.05, 1e-3, 1e-6, 1e-9):
            other = kappa * (1 + share)
            mu = pair(dim, 1.0)
            kl = vmf_kl(f64(kappa, other), mu)
            # the formula itself cancels: 50 digits are needed, and given
            there = kl_by_mpmath(dim, kappa, other, 1)
            back = kl_by_mpmath(dim, other, kappa, 1)
            # what is left to cancel is A_j - A_i = A' (kappa_j - kappa_i)
            rise = (
                share * kappa * vmf_mean_resultant_derivative(dim, f64(kappa))
            )
            bar = 1e-9 + 2e-15 * (vmf_mean_resultant(dim, f64(kappa)) / rise)
            bar = bar.item()
            assert kl[0, 1].item() == pytest.approx(there, rel=bar, abs=0)
            assert kl[1, 0].item() == pytest.approx(back, rel=bar, abs=0)


def nodes(count):
    x, w = np.polynomial.legendre.leggauss(count)
    return torch.from_numpy(x), torch.from_numpy(w)


def test_kl_against_quadrature_on_the_sphere():
    """Polar angle about mu_i, azimuth of mu_j: two-dimensional quadrature."""
    ki, kj, cosine = f64(4.0), f64(9.0), 0.3
    x, weight = nodes(80)
    azimuth = torch.arange(80, dtype=torch.float64) * (2 * math.pi / 80)
    sine = torch.sqrt(1 - x * x)
    other = cosine * x[:, None] + math.sqrt(1 - cosine**2) * (
        sine[:, None] * torch.cos(azimuth)
    )
    p = ki * x[:, None] - vmf_log_partition(3, ki)
    q = kj * other - vmf_log_partition(3, kj)
    # both densities are relative to the uniform one
    mass = weight[:, None] / 2 / 80
    expected = (mass * torch.exp(p) * (p - q)).sum().item()
    kl = vmf_kl(torch.cat([ki, kj]), pair(3, cosine))
    assert kl[0, 1].item() == pytest.approx(expected, rel=1e-12)


def test_small_concentrations_are_a_euclidean_distance():
    """KL -> |kappa_i mu_i - kappa_j mu_j|^2 / (2 D) for kappa << D."""
    kappa, mu = classes(6, 2048)
    kappa = kappa / 100
    points = kappa[:, None] * mu
    expected = torch.cdist(points, points).square() / (2 * 2048)
    kl = vmf_kl(kappa, mu)
    torch.testing.assert_close(kl, expected, rtol=1e-4, atol=1e-14)


def test_overlap_of_a_class_with_itself_is_one():
    for dtype in (torch.float32, torch.float64):
        kappa, mu = classes(50, 16, dtype=dtype)
        overlap = vmf_overlap(kappa * 1e3, mu)
        assert torch.equal(overlap.diagonal(), torch.ones(50, dtype=dtype))
        assert torch.equal(
            vmf_kl(kappa, mu).diagonal(), torch.zeros(50, dtype=dtype)
        )


def test_kl_is_never_negative():
    for dtype in (torch.float32, torch.float64):
        kappa, mu = classes(40, 64, dtype=dtype)
        # two copies of each class, moved by a few units in the last place
        kappa = torch.cat([kappa, kappa * (1 + 3e-16), kappa]) * 1e4
        mu = torch.cat([mu, mu, F.normalize(mu * 1.1, dim=1)])
        kl = vmf_kl(kappa, mu)
        assert (kl >= 0).all()
        assert (vmf_overlap(kappa, mu) <= 1).all()


def test_kl_is_not_symmetric():
    kappa, mu = f64(2, 20), pair(8, 0.5)
    kl = vmf_kl(kappa, mu)
    assert abs(kl[0, 1] - kl[1, 0]) > 0.5


def test_gradients_of_the_overlap_as_the_appendix_has_them():
    kappa, mu = classes(2, 8)
    kappa.requires_grad_(), mu.requires_grad_()
    overlap = vmf_overlap(kappa, mu)
    overlap[0, 1].backward()
    with torch.no_grad():
        (ki, kj), s, o = kappa, mu[0] @ mu[1], overlap[0, 1]
        a = vmf_mean_resultant(8, kappa)
        slope = vmf_mean_resultant_derivative(8, kappa)
        expected = torch.stack(
            [-(o**2) * slope[0] * (ki - kj * s), o**2 * (a[0] * s - a[1])]
        )
        torch.testing.assert_close(kappa.grad, expected, rtol=1e-12, atol=0)
        torch.testing.assert_close(
            mu.grad, o**2 * a[0] * kj * mu.flip(0), rtol=1e-12, atol=1e-16
        )


def test_convention_rows_hold_the_expectation():
    kl = vmf_kl(f64(17, 23), pair(64, 0.2))
    assert kl[0, 1].item() == pytest.approx(kl_by_mpmath(64, 17, 23, 0.2))
    assert kl[1, 0].item() == pytest.approx(kl_by_mpmath(64, 23, 17, 0.2))
