import functools
import math
from pathlib import Path

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
    vmf_kl,
    vmf_log_partition,
    vmf_mean_resultant,
    vmf_mean_resultant_derivative,
    vmf_overlap,
)
from tests.vmf_cases import classes, f64, pair

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


def column(order, name):
    return torch.from_numpy(TABLE[name][TABLE['order'] == order].copy())


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


def test_bias_differences_survive_float32_at_2048_dimensions():
    """The literal b is 6780 here with a float32 step of 4.9e-4."""
    kappa = torch.tensor([16.0, 17.0])
    low, high = vmf_log_partition(2048, kappa)
    exact = vmf_log_partition(2048, kappa.double()).diff().item()
    assert (high - low).item() == pytest.approx(exact, rel=1e-6)


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


# --- dtype, compiler, device: all functions of these densities ---


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


# --- conventions and errors ---


def test_convention_bias_is_minus_log_partition():
    """b = v log kappa - log I_v(kappa), up to a constant; db/dkappa = -A."""
    kappa = f64(5.0, 9.0).requires_grad_()
    literal = 3 * torch.log(kappa) - log_iv(3, kappa)
    torch.testing.assert_close(
        literal.diff(), -vmf_log_partition(8, kappa).diff()
    )
    (slope,) = torch.autograd.grad(literal.sum(), kappa)
    torch.testing.assert_close(slope, -vmf_mean_resultant(8, kappa))


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
