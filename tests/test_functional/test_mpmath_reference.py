import functools
import math
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmlt import functional
from mmlt.functional import mpmath_reference as reference

TABLE = np.genfromtxt(
    Path(__file__).parents[1] / 'references' / 'vmf.csv',
    delimiter=',',
    skip_header=1,
    names=True,
)
OF_ORDER = ['log_iv', 'iv_ratio']
OF_DIM = [
    'vmf_log_partition',
    'vmf_mean_resultant',
    'vmf_mean_resultant_derivative',
]


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize('order', [0, 0.5, 31, 1023])
def test_against_the_table_to_the_last_bit(order):
    """The table is another program, at 150 digits."""
    rows = TABLE[TABLE['order'] == order]
    rows = rows[::2]
    kappa = torch.from_numpy(rows['kappa'].copy())
    for name, column in (
        ('vmf_log_partition', 'log_partition'),
        ('vmf_mean_resultant', 'mean_resultant'),
        ('vmf_mean_resultant_derivative', 'derivative'),
    ):
        value = getattr(reference, name)(2 * order + 2, kappa)
        expected = torch.from_numpy(rows[column].copy())
        torch.testing.assert_close(value, expected, rtol=3e-16, atol=0)


@pytest.mark.parametrize('name', OF_ORDER + OF_DIM)
def test_same_values_and_gradients_as_the_torch_functions(name):
    for number in (2, 7.5, 64):
        results = []
        for module in (reference, functional):
            x = f64(0.25, 16, 900).requires_grad_()
            value = getattr(module, name)(number, x)
            (first,) = torch.autograd.grad(value.sum(), x)
            results.append((value.detach(), first))
        for one, two in zip(*results, strict=True):
            torch.testing.assert_close(one, two, rtol=1e-12, atol=1e-14)


def test_same_divergences_as_the_torch_functions():
    generator = torch.Generator().manual_seed(0)
    mu = torch.randn(4, 6, generator=generator, dtype=torch.float64)
    results = []
    for module in (reference, functional):
        for name in ('vmf_kl', 'vmf_overlap'):
            kappa = f64(2, 5, 16, 30).requires_grad_()
            weight = mu.clone().requires_grad_()
            value = getattr(module, name)(kappa, F.normalize(weight, dim=1))
            value.sum().backward()
            results += [value.detach(), kappa.grad, weight.grad]
    half = len(results) // 2
    for one, two in zip(results[:half], results[half:], strict=True):
        torch.testing.assert_close(one, two, rtol=1e-12, atol=1e-13)


def test_2048_dimensions_and_large_kappa_converge():
    """At its default 15 digits mpmath gives up here."""
    with mpmath.workdps(15), pytest.raises(mpmath.libmp.NoConvergence):
        mpmath.besseli(1023, 1e4)
    kappa = f64(1e4, 6.2e4, 1e5)
    for name in OF_DIM:
        torch.testing.assert_close(
            getattr(reference, name)(2048, kappa),
            getattr(functional, name)(2048, kappa),
            rtol=1e-13,
            atol=0,
        )


def test_a_digit_budget_too_small_is_raised(monkeypatch):
    monkeypatch.setattr(reference, 'working_digits', lambda *_: 15)
    value = reference.vmf_mean_resultant(2048, f64(1e4))
    expected = functional.vmf_mean_resultant(2048, f64(1e4))
    torch.testing.assert_close(value, expected, rtol=1e-13, atol=0)


def test_first_and_second_derivative():
    x = f64(0.5, 16).requires_grad_()
    for name in OF_DIM[:2] + OF_ORDER:
        function = functools.partial(getattr(reference, name), 8)
        assert torch.autograd.gradcheck(function, x)
        assert torch.autograd.gradgradcheck(function, x)


def test_edges():
    x = f64(0, math.inf, math.nan)
    for name in OF_ORDER + OF_DIM:
        value = getattr(reference, name)(64, x)
        expected = getattr(functional, name)(64, x)
        torch.testing.assert_close(
            value, expected, rtol=1e-15, atol=1e-190, equal_nan=True
        )


@pytest.mark.parametrize('name', OF_ORDER + OF_DIM)
def test_shape_and_dtype(name):
    function = getattr(reference, name)
    for given, returned in (
        (torch.float64, torch.float64),
        (torch.float32, torch.float32),
        (torch.float16, torch.float32),
    ):
        value = function(8, torch.ones(2, 1, 2, dtype=given))
        assert value.dtype == returned
        assert value.shape == (2, 1, 2)


def test_a_missing_mpmath_names_the_command():
    code = (
        "import sys; sys.modules['mpmath'] = None\n"
        'import mmlt.functional\n'
        'import mmlt.functional.mpmath_reference\n'
    )
    run = subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert run.returncode == 1
    assert 'pip install mpmath' in run.stderr
    assert 'line 3' in run.stderr


def test_errors():
    with pytest.raises(ValueError, match=r'`x` \(kappa\) to be >= 0.*-2'):
        reference.vmf_log_partition(8, f64(1, -2))
    with pytest.raises(ValueError, match='`dim`.*>= 2'):
        reference.vmf_mean_resultant(1, f64(1))
    with pytest.raises(ValueError, match='`order`.*>= 0'):
        reference.log_iv(-1, f64(1))
    with pytest.raises(TypeError, match='`x`.*int64'):
        reference.iv_ratio(1, torch.tensor([1]))
