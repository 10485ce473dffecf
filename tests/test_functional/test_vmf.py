import functools
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    calibrated_concentration,
    class_feature_consistency,
    inter_class_discrepancy,
    log_iv,
    overlap_row_means,
    vmf,
    vmf_kl,
    vmf_log_partition,
    vmf_mean_resultant,
    vmf_mean_resultant_derivative,
    vmf_overlap,
)

TABLE = np.genfromtxt(
    Path(__file__).parents[1] / 'references' / 'vmf.csv',
    delimiter=',',
    skip_header=1,
    names=True,
)
ORDERS = sorted(set(TABLE['order']))
# function, column of the table, bar in float64, what was measured there
FUNCTIONS = [
    (vmf_log_partition, 'log_partition', 5e-15),
    (vmf_mean_resultant, 'mean_resultant', 5e-15),
    (vmf_mean_resultant_derivative, 'derivative', 1e-12),
]
# dim, kappa, L, A, A' by mpmath at 17 digits
VALUES = [
    (2, 1, 0.23591435850717865, 0.44638996589653451, 0.35434603245035625),
    (2, 16, 13.702841430371772, 0.96822775542815993, 0.0020207789042873304),
    (3, 16, 12.534264097200261, 0.93750000000002533, 0.0039062499999493433),
    (8, 16, 8.9665719891939463, 0.79933439543088994, 0.01135572628011933),
    (64, 1, 0.0078115755081117669, 0.015621302598621634, 0.015613911191959332),
    (64, 16, 1.9436918874919768, 0.23640954088702446, 0.013247961734927517),
    (64, 100, 48.808485464749624, 0.73238019409658214, 0.0022197290142059297),
    (512, 16, 0.249878561485236, 0.031219659937890406, 0.0019474435669876542),
    (
        2048,
        16,
        0.062498094666944177,
        0.0078120236860774687,
        0.00048819194839200784,
    ),
    (
        2048,
        5000,
        2957.801252752413,
        0.81602001776098498,
        3.2735342014499911e-5,
    ),
]
# dim, kappa_i, kappa_j, cosine, KL by mpmath
KL_VALUES = [
    (64, 17, 23, 0.2, 4.8160404516598829),
    (512, 16, 16, 0.0, 0.49951455900624649),
    (2048, 16, 30, 0.1, 0.25876123137071077),
    (2048, 30, 16, 0.1, 0.25872155954649163),
]


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


def column(order, name):
    return torch.from_numpy(TABLE[name][TABLE['order'] == order].copy())


def pair(dim, cosine):
    mu = torch.zeros(2, dim, dtype=torch.float64)
    mu[0, 0], mu[1, 0] = 1, cosine
    mu[1, 1] = math.sqrt(1 - cosine**2)
    return mu


def classes(num_classes, dim, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    kappa = 1 + 20 * torch.rand(num_classes, generator=generator, dtype=dtype)
    mu = torch.randn(num_classes, dim, generator=generator, dtype=dtype)
    return kappa, F.normalize(mu, dim=1)


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


# --- someone else's numbers ---


@pytest.mark.parametrize('order', ORDERS)
@pytest.mark.parametrize(('function', 'name', 'bar'), FUNCTIONS)
def test_against_mpmath(function, name, bar, order):
    value = function(2 * order + 2, column(order, 'kappa'))
    torch.testing.assert_close(value, column(order, name), rtol=bar, atol=0)


@pytest.mark.parametrize('order', ORDERS)
@pytest.mark.parametrize(('function', 'name', 'bar'), FUNCTIONS)
def test_float32_against_mpmath(function, name, bar, order):
    value = function(2 * order + 2, column(order, 'kappa').float())
    assert value.dtype == torch.float32
    expected = column(order, name)
    # values below the normal range of float32 have fewer bits
    seen = expected > torch.finfo(torch.float32).tiny
    torch.testing.assert_close(
        value.double()[seen], expected[seen], rtol=6e-8, atol=0
    )


@pytest.mark.parametrize(('dim', 'kappa', 'value', 'first', 'second'), VALUES)
def test_recorded_values(dim, kappa, value, first, second):
    kappa = f64(kappa)
    for function, expected in (
        (vmf_log_partition, value),
        (vmf_mean_resultant, first),
        (vmf_mean_resultant_derivative, second),
    ):
        assert function(dim, kappa).item() == pytest.approx(
            expected, rel=2e-14, abs=0
        )


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


def test_log_partition_is_log_iv_without_its_leading_term():
    kappa = f64(0.5, 16, 300)
    for dim in (2, 3, 64, 512):
        v = dim / 2 - 1
        literal = log_iv(v, kappa) - v * torch.log(kappa / 2)
        literal += math.lgamma(v + 1)
        torch.testing.assert_close(
            vmf_log_partition(dim, kappa), literal, rtol=1e-10, atol=1e-12
        )


# --- quadrature ---


def nodes(count):
    x, w = np.polynomial.legendre.leggauss(count)
    return torch.from_numpy(x), torch.from_numpy(w)


def log_density_of_cosine(dim, kappa, x):
    """Log density of the cosine to mu, with its measure on [-1, 1]."""
    log_const = math.lgamma(dim / 2) - math.lgamma((dim - 1) / 2)
    log_const -= 0.5 * math.log(math.pi)
    return (
        log_const
        + (dim - 3) / 2 * torch.log1p(-x * x)
        + kappa * x
        - vmf_log_partition(dim, kappa)
    )


@pytest.mark.parametrize('kappa', [0.0, 0.3, 5.0, 60.0])
def test_pdf_integrates_to_one_on_the_circle(kappa):
    kappa = f64(kappa)
    angle = torch.arange(400, dtype=torch.float64) * (2 * math.pi / 400)
    density = torch.exp(
        kappa * torch.cos(angle) - vmf_log_partition(2, kappa)
    ) / (2 * math.pi)
    total = density.sum() * (2 * math.pi / 400)
    assert total.item() == pytest.approx(1, rel=1e-13)


@pytest.mark.parametrize('dim', [3, 5, 16])
@pytest.mark.parametrize('kappa', [0.0, 0.3, 5.0, 60.0])
def test_pdf_integrates_to_one_on_spheres(dim, kappa):
    x, weight = nodes(200)
    kappa = f64(kappa)
    density = torch.exp(log_density_of_cosine(dim, kappa, x))
    assert (density * weight).sum().item() == pytest.approx(1, rel=1e-8)
    mean = (density * weight * x).sum()
    expected = vmf_mean_resultant(dim, kappa).item()
    assert mean.item() == pytest.approx(expected, rel=1e-7, abs=1e-12)
    spread = (density * weight * (x - mean) ** 2).sum()
    expected = vmf_mean_resultant_derivative(dim, kappa).item()
    assert spread.item() == pytest.approx(expected, rel=1e-7)


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


# --- limits and claims ---


def test_zero_concentration_is_the_uniform_density():
    for dim in (2, 3, 64, 2048):
        zero = f64(0.0)
        assert vmf_log_partition(dim, zero).item() == 0
        assert vmf_mean_resultant(dim, zero).item() == 0
        slope = vmf_mean_resultant_derivative(dim, zero).item()
        assert slope == pytest.approx(1 / dim, rel=1e-15, abs=0)
    # from the uniform density to any other the direction does not matter
    kl = vmf_kl(f64(0, 7), pair(8, 0.4))
    assert kl[0, 1].item() == pytest.approx(
        vmf_log_partition(8, f64(7.0)).item(), rel=1e-15
    )


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


def test_bias_differences_survive_float32_at_2048_dimensions():
    """The literal b is 6780 here with a float32 step of 4.9e-4."""
    kappa = torch.tensor([16.0, 17.0])
    low, high = vmf_log_partition(2048, kappa)
    exact = vmf_log_partition(2048, kappa.double()).diff().item()
    assert (high - low).item() == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize('rows', [1, 3, 7, 100])
def test_sums_by_blocks_are_the_sums_of_the_matrix(monkeypatch, rows):
    kappa, mu = classes(7, 5)
    weight = torch.arange(1.0, 8.0, dtype=torch.float64)

    def gradients(function):
        k, m = kappa.clone().requires_grad_(), mu.clone().requires_grad_()
        value = function(k, m)
        (value * weight).sum().backward()
        return value.detach(), k.grad, m.grad

    expected = gradients(lambda k, m: vmf_overlap(k, m).mean(1))
    monkeypatch.setattr(vmf, '_rows_per_block', lambda *_: rows)
    for function in (
        lambda k, m: vmf_overlap(k, m).mean(1),
        overlap_row_means,
    ):
        for one, two in zip(gradients(function), expected, strict=True):
            torch.testing.assert_close(one, two, rtol=1e-12, atol=1e-14)


def test_discrepancy_is_the_mean_without_the_diagonal():
    kappa, mu = classes(12, 9)
    overlap = vmf_overlap(kappa, mu)
    expected = (overlap.sum() - 12) / 12**2
    value = inter_class_discrepancy(kappa, mu)
    assert value.item() == pytest.approx(expected.item(), rel=1e-14)


def test_float32_sums_are_good_to_their_dtype():
    kappa, mu = classes(300, 64)
    for scale in (0.05, 1.0, 20.0):
        exact = overlap_row_means(kappa * scale, mu)
        single = overlap_row_means((kappa * scale).float(), mu.float())
        assert single.dtype == torch.float32
        torch.testing.assert_close(single.double(), exact, rtol=5e-7, atol=0)


def test_calibration_of_nearly_equal_overlaps_is_not_noise():
    """Converted classifiers: the spread of the overlap is some 1e-4."""
    kappa, mu = classes(100, 2048)
    kappa = 0.5 + kappa / 20
    exact = overlap_row_means(kappa, mu)
    single = overlap_row_means(kappa.float(), mu.float()).double()
    spread = exact.max() - exact.min()
    assert 1e-4 < spread < 1e-2
    assert (single - exact).abs().max() < 1e-3 * spread


# --- class-feature consistency ---


def consistency_by_loops(kappa, mu, features, labels):
    terms = []
    for c in range(len(kappa)):
        members = features[labels == c]
        if len(members):
            mean = F.normalize(F.normalize(members, dim=1).sum(0), dim=0)
            a = vmf_mean_resultant(mu.shape[1], kappa[c])
            terms.append(1 - 1 / (1 + a * kappa[c] * (1 - mu[c] @ mean)))
    return torch.stack(terms).mean()


def test_consistency_against_a_loop_over_classes():
    kappa, mu = classes(12, 6)
    features = torch.randn(
        20, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
    )
    labels = torch.tensor([0, 1, 10, 11, 2, 0, 1, 1, 5, 5] * 2)
    value = class_feature_consistency(kappa, mu, features, labels)
    expected = consistency_by_loops(kappa, mu, features, labels)
    assert value.item() == pytest.approx(expected.item(), rel=1e-14)


def test_consistency_of_features_on_their_class_is_zero():
    kappa, mu = classes(4, 6)
    labels = torch.tensor([2, 0, 2])
    value = class_feature_consistency(kappa, mu, 3 * mu[labels], labels)
    assert 0 <= value.item() < 1e-28


def test_consistency_of_an_empty_batch_is_zero():
    kappa, mu = classes(4, 6)
    features = torch.zeros(0, 6, dtype=torch.float64, requires_grad=True)
    labels = torch.zeros(0, dtype=torch.long)
    value = class_feature_consistency(kappa, mu, features, labels)
    value.backward()
    assert value.item() == 0


def test_consistency_of_one_sample():
    kappa, mu = f64(5.0), f64(1.0, 0.0)[None]
    value = class_feature_consistency(
        kappa, mu, f64(0.0, 2.0)[None], torch.tensor([0])
    )
    kl = 5 * vmf_mean_resultant(2, kappa).item()
    assert value.item() == pytest.approx(kl / (1 + kl), rel=1e-14)


# --- calibration ---


def test_calibration_by_hand():
    kappa, overlap = f64(4, 9, 16), f64(0.5, 0.2, 0.3)
    # rescaled: 0.5 -> 16, 0.2 -> 4, 0.3 -> 8
    expected = f64(8, 6, math.sqrt(128))
    value = calibrated_concentration(kappa, overlap, 0.5)
    torch.testing.assert_close(value, expected, rtol=1e-14, atol=0)


def test_calibration_at_both_ends():
    kappa, overlap = f64(4, 9, 16), f64(0.5, 0.2, 0.3)
    assert torch.equal(calibrated_concentration(kappa, overlap, 1), kappa)
    torch.testing.assert_close(
        calibrated_concentration(kappa, overlap, 0.0),
        f64(16, 4, 8),
        rtol=1e-14,
        atol=0,
    )


def test_calibration_of_equal_overlaps_keeps_kappa():
    kappa = f64(4, 9, 16)
    for alpha in (0, 0.5, 1):
        value = calibrated_concentration(kappa, f64(0.3, 0.3, 0.3), alpha)
        assert torch.equal(value, kappa)
    assert calibrated_concentration(f64(3), f64(1), 0.5).item() == 3


# --- edges ---


def test_huge_concentration():
    """L -> kappa - (d-1)/2 log kappa + const; A' -> (d-1) / (2 kappa^2)."""
    for dim in (2, 3, 64, 4096):
        kappa = f64(1e8, 1e12)
        log_const = math.lgamma(dim / 2) + (dim / 2 - 1) * math.log(2)
        log_const -= 0.5 * math.log(2 * math.pi)
        expected = kappa - (dim - 1) / 2 * torch.log(kappa) + log_const
        torch.testing.assert_close(
            vmf_log_partition(dim, kappa), expected, rtol=1e-9, atol=0
        )
        torch.testing.assert_close(
            vmf_mean_resultant_derivative(dim, kappa),
            (dim - 1) / 2 / kappa**2,
            rtol=1e-4,
            atol=0,
        )
    kappa, mu = classes(5, 64)
    assert vmf_kl(kappa * 1e8, mu).isfinite().all()
    assert inter_class_discrepancy(kappa * 1e8, mu) < 1e-6


def test_infinite_concentration():
    kappa = f64(math.inf)
    for dim in (2, 64):
        assert vmf_log_partition(dim, kappa).item() == math.inf
        assert vmf_mean_resultant(dim, kappa).item() == 1
        slope = vmf_mean_resultant_derivative(dim, kappa).item()
        assert 0 <= slope < 1e-190


def test_nan_stays_in_its_row_and_column():
    kappa, mu = classes(4, 5)
    kappa[2] = math.nan
    kl = vmf_kl(kappa, mu)
    expected = torch.zeros(4, 4, dtype=torch.bool)
    expected[2], expected[:, 2] = True, True
    assert torch.equal(kl.isnan(), expected)
    for function in (vmf_log_partition, vmf_mean_resultant):
        assert function(64, kappa).isnan().tolist() == [False] * 2 + [
            True,
            False,
        ]
    assert overlap_row_means(kappa, mu).isnan().all()


def test_one_class():
    kappa, mu = classes(1, 5)
    assert vmf_kl(kappa, mu).item() == 0
    assert vmf_overlap(kappa, mu).item() == 1
    assert overlap_row_means(kappa, mu).item() == 1
    assert inter_class_discrepancy(kappa, mu).item() == 0


def test_convention_negative_concentration_is_the_even_continuation():
    kappa = f64(0.5, 16)
    for dim in (2, 64):
        for function, sign in (
            (vmf_log_partition, 1),
            (vmf_mean_resultant, -1),
            (vmf_mean_resultant_derivative, 1),
        ):
            assert torch.equal(
                function(dim, -kappa), sign * function(dim, kappa)
            )


# --- gradients ---

POINTS = [1e-2, 3.0, 200.0]


@pytest.mark.parametrize('dim', [2, 3, 4, 8, 16, 40, 42, 44, 64, 2048])
def test_derivatives(dim):
    kappa = f64(*POINTS).requires_grad_()
    for function in (vmf_log_partition, vmf_mean_resultant):
        of_kappa = functools.partial(function, dim)
        assert torch.autograd.gradcheck(of_kappa, kappa)
        assert torch.autograd.gradgradcheck(of_kappa, kappa)
    assert torch.autograd.gradcheck(
        lambda k: vmf_mean_resultant_derivative(dim, k), kappa
    )


def test_derivatives_at_zero():
    kappa = f64(0.0).requires_grad_()
    value = vmf_log_partition(64, kappa)
    for expected in (0, 1 / 64, 0):
        (value,) = torch.autograd.grad(value.sum(), kappa, create_graph=True)
        assert value.item() == pytest.approx(expected, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    'function',
    [vmf_kl, vmf_overlap, overlap_row_means, inter_class_discrepancy],
)
@pytest.mark.parametrize('rows', [2, 100])
def test_derivatives_of_pairs(monkeypatch, function, rows):
    monkeypatch.setattr(vmf, '_rows_per_block', lambda *_: rows)
    kappa, mu = classes(4, 3)
    inputs = kappa.requires_grad_(), mu.requires_grad_()

    def on_sphere(kappa, weight):
        return function(kappa, F.normalize(weight, dim=1))

    assert torch.autograd.gradcheck(on_sphere, inputs, fast_mode=True)
    assert torch.autograd.gradgradcheck(on_sphere, inputs, fast_mode=True)


@pytest.mark.parametrize('fixed', [0, 1])
def test_either_input_of_pairs_may_be_fixed(fixed):
    inputs = list(classes(4, 3))
    both = [x.clone().requires_grad_() for x in inputs]
    inputs[1 - fixed].requires_grad_()
    for function in (vmf_kl, inter_class_discrepancy):
        for graph in (False, True):
            (one,) = torch.autograd.grad(
                function(*inputs).sum(), inputs[1 - fixed], create_graph=graph
            )
            two = torch.autograd.grad(function(*both).sum(), both)
            torch.testing.assert_close(one.detach(), two[1 - fixed])


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


def test_derivatives_of_the_consistency():
    kappa, mu = classes(4, 3)
    features = torch.randn(
        6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2)
    )
    labels = torch.tensor([0, 3, 3, 1, 0, 0])
    inputs = [x.requires_grad_() for x in (kappa, mu, features)]

    def on_sphere(kappa, weight, features):
        mu = F.normalize(weight, dim=1)
        return class_feature_consistency(kappa, mu, features, labels)

    assert torch.autograd.gradcheck(on_sphere, inputs)
    assert torch.autograd.gradgradcheck(on_sphere, inputs, fast_mode=True)


def test_derivatives_of_the_calibration():
    inputs = [f64(4, 9, 16), f64(0.5, 0.2, 0.3)]
    inputs = [x.requires_grad_() for x in inputs]
    assert torch.autograd.gradcheck(
        lambda k, o: calibrated_concentration(k, o, 0.4), inputs
    )


# --- dtype, autocast, compiler ---


@pytest.mark.parametrize(
    ('given', 'returned'),
    [
        (torch.float64, torch.float64),
        (torch.float32, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float16, torch.float32),
    ],
)
def test_dtype(given, returned):
    kappa, mu = classes(4, 8)
    kappa, mu = kappa.to(given), mu.to(given)
    labels = torch.tensor([0, 2])
    values = [
        vmf_log_partition(8, kappa),
        vmf_mean_resultant(8, kappa),
        vmf_mean_resultant_derivative(8, kappa),
        vmf_kl(kappa, mu),
        vmf_overlap(kappa, mu),
        overlap_row_means(kappa, mu),
        inter_class_discrepancy(kappa, mu),
        class_feature_consistency(kappa, mu, mu[labels], labels),
        calibrated_concentration(kappa, kappa, 0.5),
    ]
    assert {value.dtype for value in values} == {returned}


def test_wider_dtype_wins():
    kappa, mu = classes(4, 8)
    assert vmf_kl(kappa, mu.float()).dtype == torch.float64
    assert overlap_row_means(kappa.float(), mu).dtype == torch.float64


@pytest.mark.parametrize(
    'function', [vmf_kl, vmf_overlap, inter_class_discrepancy]
)
def test_autocast_changes_nothing(function):
    kappa, mu = classes(8, 64, dtype=torch.float32)
    results = []
    for enabled in (False, True):
        k, m = kappa.clone().requires_grad_(), mu.clone().requires_grad_()
        with torch.autocast('cpu', dtype=torch.bfloat16, enabled=enabled):
            value = function(k, m)
            value.sum().backward()
        results.append((value.detach(), k.grad, m.grad))
    for one, two in zip(*results, strict=True):
        assert one.dtype == two.dtype == torch.float32
        assert torch.equal(one, two)


def test_autocast_leaves_the_consistency_alone():
    kappa, mu = classes(8, 64, dtype=torch.float32)
    labels = torch.arange(8)
    features = mu.roll(1, 0)
    expected = class_feature_consistency(kappa, mu, features, labels)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        value = class_feature_consistency(kappa, mu, features, labels)
    assert torch.equal(value, expected)


@pytest.mark.slow
def test_compiles_without_a_graph_break():
    kappa, weight = classes(6, 8)
    features = weight.roll(1, 0)
    labels = torch.tensor([0, 1, 1, 4, 0, 5])

    def function(kappa, weight):
        mu = F.normalize(weight, dim=1)
        return (
            vmf_log_partition(8, kappa).sum()
            + vmf_mean_resultant_derivative(8, kappa).sum()
            + vmf_overlap(kappa, mu).sum()
            + inter_class_discrepancy(kappa, mu)
            + class_feature_consistency(kappa, mu, features, labels)
            + calibrated_concentration(kappa, kappa, 0.5).sum()
        )

    compiled = torch.compile(function, fullgraph=True, backend='aot_eager')
    results = []
    for call in (compiled, function):
        inputs = [x.clone().requires_grad_() for x in (kappa, weight)]
        value = call(*inputs)
        value.backward()
        results.append([value.detach(), *(x.grad for x in inputs)])
    for one, two in zip(*results, strict=True):
        torch.testing.assert_close(one, two, rtol=1e-12, atol=1e-15)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_same_numbers_on_the_device_without_waiting_for_it():
    kappa, mu = classes(70, 64)
    labels = torch.arange(70)
    functions = [
        lambda k, m, y: vmf_log_partition(64, k),
        lambda k, m, y: vmf_overlap(k, m),
        lambda k, m, y: inter_class_discrepancy(k, m),
        lambda k, m, y: class_feature_consistency(k, m, m.roll(1, 0), y),
        lambda k, m, y: calibrated_concentration(k, k, 0.5),
    ]
    k, m, y = kappa.cuda(), mu.cuda(), labels.cuda()
    k.requires_grad_()
    for function in functions:
        function(k, m, y)  # the coefficients of an order are copied once
        torch.cuda.set_sync_debug_mode('error')
        try:
            value = function(k, m, y)
            value.sum().backward()
        finally:
            torch.cuda.set_sync_debug_mode('default')
        torch.testing.assert_close(
            value.cpu(), function(kappa, mu, labels), rtol=1e-12, atol=1e-15
        )


def test_convention_bias_is_minus_log_partition():
    """b = v log kappa - log I_v(kappa), up to a constant; db/dkappa = -A."""
    kappa = f64(5.0, 9.0).requires_grad_()
    literal = 3 * torch.log(kappa) - log_iv(3, kappa)
    torch.testing.assert_close(
        literal.diff(), -vmf_log_partition(8, kappa).diff()
    )
    (slope,) = torch.autograd.grad(literal.sum(), kappa)
    torch.testing.assert_close(slope, -vmf_mean_resultant(8, kappa))


def test_convention_rows_hold_the_expectation():
    kl = vmf_kl(f64(17, 23), pair(64, 0.2))
    assert kl[0, 1].item() == pytest.approx(kl_by_mpmath(64, 17, 23, 0.2))
    assert kl[1, 0].item() == pytest.approx(kl_by_mpmath(64, 23, 17, 0.2))


def test_convention_row_means_count_the_diagonal():
    kappa, mu = classes(5, 4)
    torch.testing.assert_close(
        overlap_row_means(kappa, mu), vmf_overlap(kappa, mu).mean(1)
    )


# --- errors ---


@pytest.mark.parametrize('function', [row[0] for row in FUNCTIONS])
def test_errors_of_one_argument(function):
    with pytest.raises(ValueError, match='`dim` to be a finite number >= 2'):
        function(1, torch.ones(2))
    with pytest.raises(ValueError, match='`dim`.*nan'):
        function(math.nan, torch.ones(2))
    with pytest.raises(TypeError, match='`dim` to be a Python number'):
        function('64', torch.ones(2))
    with pytest.raises(TypeError, match='`kappa`.*int64'):
        function(64, torch.tensor([16]))
    with pytest.raises(TypeError, match='`kappa`.*got float'):
        function(64, 16.0)


@pytest.mark.parametrize(
    'function',
    [vmf_kl, vmf_overlap, overlap_row_means, inter_class_discrepancy],
)
def test_errors_of_pairs(function):
    kappa, mu = classes(3, 4)
    with pytest.raises(ValueError, match=r'`kappa`.*\(3,\).*got \(2,\)'):
        function(kappa[:2], mu)
    with pytest.raises(ValueError, match=r'`mu`.*\(C, D\).*got \(4,\)'):
        function(kappa, mu[0])
    with pytest.raises(ValueError, match=r'`mu`.*D >= 2.*got \(3, 1\)'):
        function(kappa, mu[:, :1])
    with pytest.raises(ValueError, match=r'`mu`.*C >= 1.*got \(0, 4\)'):
        function(kappa[:0], mu[:0])
    with pytest.raises(TypeError, match='`mu`.*int64'):
        function(kappa, mu.long())


def test_errors_of_the_consistency():
    kappa, mu = classes(3, 4)
    labels = torch.tensor([0, 1])
    with pytest.raises(TypeError, match='`labels`.*float32'):
        class_feature_consistency(kappa, mu, mu[:2], labels.float())
    with pytest.raises(ValueError, match=r'`features`.*\(N, 4\)'):
        class_feature_consistency(kappa, mu, mu, labels)


@pytest.mark.parametrize('alpha', [-0.1, 1.1, math.nan])
def test_errors_of_alpha(alpha):
    with pytest.raises(ValueError, match='`alpha`'):
        calibrated_concentration(f64(1, 2), f64(0.1, 0.2), alpha)


def test_errors_of_the_calibration():
    with pytest.raises(ValueError, match=r'`overlap`.*\(2, 2\)'):
        calibrated_concentration(f64(1, 2), torch.eye(2), 0.5)
    with pytest.raises(TypeError, match='`alpha`'):
        calibrated_concentration(f64(1, 2), f64(1, 2), None)
