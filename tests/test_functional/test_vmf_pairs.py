import math

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    inter_class_discrepancy,
    overlap_row_means,
    vmf_kl,
    vmf_log_partition,
    vmf_mean_resultant,
    vmf_overlap,
    vmf_pairs,
)
from tests.vmf_cases import classes


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
    monkeypatch.setattr(vmf_pairs, '_rows_per_block', lambda *_: rows)
    for function in (
        lambda k, m: vmf_overlap(k, m).mean(1),
        overlap_row_means,
    ):
        for one, two in zip(gradients(function), expected, strict=True):
            torch.testing.assert_close(one, two, rtol=1e-12, atol=1e-14)


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


@pytest.mark.parametrize(
    'function',
    [vmf_kl, vmf_overlap, overlap_row_means, inter_class_discrepancy],
)
@pytest.mark.parametrize('rows', [2, 100])
def test_derivatives_of_pairs(monkeypatch, function, rows):
    monkeypatch.setattr(vmf_pairs, '_rows_per_block', lambda *_: rows)
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
