"""The closed form of ProCo: against mpmath, and against the published code.

``ProCoLoss`` of LeapLabTHU/ProCo at commit af9e78e,
ProCo_cifar/loss/proco.py. Its recurrence for the Bessel functions is good to
1e-5 in the first case here and wrong in the second (see the test of it), so
the expected values are those of mpmath.
"""

import math

import mpmath
import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    running_class_means,
    vmf_concentration_estimate,
    vmf_contrast_logits,
    vmf_log_partition_rise,
    vmf_mean_resultant,
)
from tests.golden_cases import COUNTS, LABELS, views

DTYPES = [torch.float32, torch.float64]
DIMS = [2, 4, 41, 42, 64, 128, 1024]
KAPPAS = [0.0, 0.1, 1.0, 60.0, 1e3, 1e5]


def case_a(dtype):
    """Means along the axes, and three features, in 64 dimensions."""
    means = torch.zeros(4, 64, dtype=dtype)
    means[range(4), range(4)] = torch.tensor([0.9, 0.8, 0.7, 0.6], dtype=dtype)
    features = torch.zeros(3, 64, dtype=dtype)
    for row, first in enumerate((0, 1, 3)):
        features[row, first : first + 2] = torch.tensor(
            [0.8, 0.6] if row == 0 else [0.6, 0.8], dtype=dtype
        )
    return means, features


def contrast(means, features, temperature=0.1):
    """Loss of the features, with the prior of the counts."""
    kappa = vmf_concentration_estimate(means.shape[1], means.norm(dim=1))
    logits = vmf_contrast_logits(features, means, kappa, temperature)
    prior = torch.tensor(COUNTS, dtype=logits.dtype) / sum(COUNTS)
    return F.cross_entropy(logits + prior.log(), LABELS)


@pytest.mark.parametrize('dtype', DTYPES)
def test_the_logits_of_case_a_are_exact(dtype):
    means, features = case_a(dtype)
    kappa = vmf_concentration_estimate(64, means.norm(dim=1))
    torch.testing.assert_close(
        kappa.double(),
        torch.tensor([303.1579, 142.2222, 87.8431, 60.0]).double(),
        rtol=1e-6,
        atol=0,
    )
    expected = [
        [7.272572, 5.009084, 0.398996, 0.500122],
        [0.148620, 5.009084, 5.838751, 0.500122],
        [0.148620, 0.281734, 0.398996, 3.999766],
    ]
    found = vmf_contrast_logits(features, means, kappa, 0.1)
    assert found.dtype == dtype
    torch.testing.assert_close(
        found.double(), torch.tensor(expected).double(), rtol=0, atol=2e-6
    )


def test_the_loss_of_case_a_is_that_of_mpmath_and_near_the_published_code():
    means, features = case_a(torch.float64)
    loss = contrast(means, features).item()
    assert loss == pytest.approx(0.5794855827354, rel=1e-12)
    assert loss == pytest.approx(0.5794908, rel=1e-5)
    means, features = case_a(torch.float32)
    assert contrast(means, features).item() == pytest.approx(loss, rel=1e-6)


def test_the_gradient_of_case_a():
    """Published for the feature as it is; ours divides it by its length."""
    means, features = case_a(torch.float64)
    features.requires_grad_()
    contrast(means, features).backward()
    published = torch.zeros(64, dtype=torch.float64)
    published[:3] = torch.tensor([-0.0585426, 0.0537148, 9.4538e-5])
    z = features[0].detach()
    across = published - published.dot(z) * z
    torch.testing.assert_close(
        features.grad[0, :3], across[:3], rtol=1e-5, atol=0
    )


def test_case_b_is_exact_where_the_published_recurrence_is_not():
    """Dimension 4: the published code gives 0.1578503."""
    third = 1 / 3
    means = torch.tensor(
        [
            [0.7, 0.7, 0, 0],
            [0, 0.5, 0.5, 0.6666667],
            [0, -0.6, 0.6, 0],
            [0.5, -0.5, third, third],
        ],
        dtype=torch.float64,
    )
    loss = contrast(means, views()[0]).item()
    assert loss == pytest.approx(0.1413276, rel=1e-6)
    assert abs(loss - 0.1578503) > 0.01


def exact_rise(dim, kappa, rise):
    """The definition, with 60 digits."""
    with mpmath.workdps(60):

        def log_partition(squared):
            return mpmath.log(mpmath.hyp0f1(mpmath.mpf(dim) / 2, squared / 4))

        squared = mpmath.mpf(kappa) ** 2
        there = log_partition(squared + mpmath.mpf(rise))
        return float(there - log_partition(squared))


@pytest.mark.parametrize('dim', DIMS)
@pytest.mark.parametrize('kappa', KAPPAS)
def test_the_rise_is_that_of_mpmath(dim, kappa):
    kappa = torch.tensor(kappa)
    cosines = torch.linspace(-1, 1, 9)
    rise = torch.cat([20 * kappa * cosines + 100, torch.tensor([1e-3, 0])])
    expected = torch.tensor(
        [exact_rise(dim, kappa.item(), r) for r in rise.tolist()],
        dtype=torch.float64,
    )
    # the double precision of small dimensions is that of two values
    exact = 1e-15 if dim >= 42 else 1e-15 * max(kappa.item(), 1)
    for dtype, rtol in ((torch.float32, 5e-7), (torch.float64, exact)):
        found = vmf_log_partition_rise(dim, kappa.to(dtype), rise.to(dtype))
        assert found.dtype == dtype
        torch.testing.assert_close(
            found.double(), expected, rtol=rtol, atol=rtol
        )


@pytest.mark.parametrize('dim', [42, 256, 2048])
@pytest.mark.parametrize('kappa', [0.0, 0.7, 300.0])
@pytest.mark.parametrize(
    ('dtype', 'relative', 'absolute'),
    [(torch.float32, 2e-6, 5e-9), (torch.float64, 1e-12, 1e-16)],
)
def test_a_small_rise_has_the_error_that_is_said(
    dim, kappa, dtype, relative, absolute
):
    rises = torch.tensor([2e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1.0], dtype=dtype)
    start = torch.tensor(kappa, dtype=dtype)
    ours = vmf_log_partition_rise(dim, start, rises).tolist()
    for value, rise in zip(ours, rises.tolist(), strict=True):
        expected = exact_rise(dim, start.item(), rise)
        bound = max(relative * abs(expected), absolute)
        assert abs(value - expected) <= bound


@pytest.mark.parametrize('dim', DIMS)
@pytest.mark.parametrize('kappa', KAPPAS)
def test_the_slope_of_the_rise_is_the_mean_resultant(dim, kappa):
    """d/drise L(sqrt(kappa^2 + rise)) = A / (2 sqrt(kappa^2 + rise))."""
    kappa = torch.tensor(kappa, dtype=torch.float64)
    cosines = torch.linspace(-1, 1, 9, dtype=torch.float64)
    rise = (20 * kappa * cosines + 100).requires_grad_()
    vmf_log_partition_rise(dim, kappa, rise).sum().backward()
    there = (kappa**2 + rise.detach()).sqrt()
    expected = vmf_mean_resultant(dim, there) / (2 * there)
    torch.testing.assert_close(rise.grad, expected, rtol=1e-12, atol=0)
    lower = rise.detach().float().requires_grad_()
    vmf_log_partition_rise(dim, kappa.float(), lower).sum().backward()
    torch.testing.assert_close(
        lower.grad.double(), expected, rtol=1e-6, atol=0
    )


@pytest.mark.parametrize('dim', [2, 10, 128])
def test_at_a_concentration_of_zero_the_slope_is_that_of_the_series(dim):
    """L(kappa) = kappa^2 / (2 dim) + ...; a root would have no slope."""
    rise = torch.zeros(1, requires_grad=True)
    value = vmf_log_partition_rise(dim, torch.zeros(1), rise)
    value.backward()
    assert value.item() == 0
    torch.testing.assert_close(
        rise.grad, torch.tensor([0.5 / dim]), rtol=1e-6, atol=0
    )


@pytest.mark.parametrize('dim', [3, 50])
def test_gradcheck(dim):
    generator = torch.Generator().manual_seed(0)
    features, means = (
        torch.randn(n, dim, generator=generator, dtype=torch.float64)
        for n in (4, 5)
    )
    kappa = torch.tensor([0.0, 1.0, 30.0, 1e3, 1e5], dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda z: vmf_contrast_logits(z, means, kappa, 0.1),
        features.requires_grad_(),
    )


def test_it_is_the_mean_over_samples_of_the_class():
    """The definition, summed over the circle."""
    angles = 2 * torch.pi * torch.arange(100_000, dtype=torch.float64) / 1e5
    density = (5.0 * (angles - 0.3).cos()).softmax(0)
    expected = (density * (2 * (angles - 1.7).cos()).exp()).sum().log()
    z, mu = (
        torch.tensor([[math.cos(a), math.sin(a)]], dtype=torch.float64)
        for a in (1.7, 0.3)
    )
    found = vmf_contrast_logits(z, mu, torch.tensor([5.0]), 0.5)
    torch.testing.assert_close(found[0, 0], expected, rtol=1e-12, atol=0)


def test_a_class_without_concentration_is_the_same_for_every_feature():
    z = torch.randn(6, 8, dtype=torch.float64)
    logits = vmf_contrast_logits(z, torch.randn(1, 8), torch.zeros(1), 0.1)
    torch.testing.assert_close(logits, logits[:1].expand(6, 1))


def test_a_concentrated_class_is_its_direction():
    """The cosine over the temperature, as kappa grows."""
    z, mu = F.normalize(torch.randn(2, 4, 64, dtype=torch.float64), dim=2)
    kappa = torch.full((4,), 1e9, dtype=torch.float64)
    torch.testing.assert_close(
        vmf_contrast_logits(z, mu, kappa, 0.1),
        z @ mu.T / 0.1,
        rtol=0,
        atol=1e-5,
    )


def test_half_precision_is_computed_in_float32():
    z, mu = torch.randn(2, 5, 64).half()
    kappa = torch.full((5,), 300.0)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = vmf_contrast_logits(z, mu, kappa)
    assert found.dtype == torch.float32
    torch.testing.assert_close(
        found, vmf_contrast_logits(z.float(), mu.float(), kappa)
    )


def test_a_mean_of_length_one_has_the_largest_concentration():
    found = vmf_concentration_estimate(
        128, torch.tensor([0.0, 1 - 1e-7, 1.0, 1 + 1e-6])
    )
    assert found.tolist() == [0, 1e5, 1e5, 1e5]
    # 18.9473684 times the dimension over 4: where the statistics begin
    start = vmf_concentration_estimate(
        4, torch.tensor(0.9, dtype=torch.float64)
    )
    assert start.item() == pytest.approx(18.9473684, rel=1e-7)


def test_batches_of_features_give_the_mean_of_all():
    x = torch.randn(40, 3, dtype=torch.float64)
    y = torch.randint(0, 4, (40,))  # class 4 has none
    means = torch.full((5, 3), 9.0, dtype=torch.float64)
    amounts = torch.zeros(5)
    for rows in torch.arange(40).split(7):
        means, amounts = running_class_means(means, amounts, x[rows], y[rows])
    assert amounts.tolist() == torch.bincount(y, minlength=5).tolist()
    for c in range(4):
        torch.testing.assert_close(means[c], x[y == c].mean(0))
    assert means[4].tolist() == [9, 9, 9]
    assert not means.requires_grad


def test_wrong_arguments_are_refused():
    z = torch.ones(2, 4)
    with pytest.raises(ValueError, match='temperature'):
        vmf_contrast_logits(z, z, torch.ones(2), 0)
    with pytest.raises(ValueError, match='dim'):
        vmf_log_partition_rise(1, torch.ones(1), torch.ones(1))
    with pytest.raises(TypeError, match='rise'):
        vmf_log_partition_rise(4, torch.ones(1), torch.ones(1).long())
