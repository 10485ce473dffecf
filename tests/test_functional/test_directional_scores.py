import pytest
import torch

from mmlt.functional import (
    directional_logits,
    directional_scores,
    unit_vectors,
)


def inputs(dtype=torch.float64, rows=5):
    generator = torch.Generator().manual_seed(0)

    def normal(*shape):
        return torch.randn(*shape, dtype=dtype, generator=generator)

    # weights of any length, as those of a linear classifier
    weight = normal(7, 6) * torch.logspace(-2, 1, 7, dtype=dtype)[:, None]
    return normal(rows, 6), normal(7).abs() * 9, weight, normal(7)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_scores_and_gradients_are_those_of_unit_vectors(dtype):
    """In float32 within what its 1e-7 makes of logits up to 30."""
    seeds = torch.randn(5, 7, dtype=dtype)
    found = []
    for call in (
        lambda f, k, w, o: directional_scores(f, k, w, o),
        lambda f, k, w, o: directional_logits(f, k, unit_vectors(w), o),
    ):
        args = [a.clone().requires_grad_() for a in inputs(dtype)]
        out = call(*args)
        out.backward(seeds)
        found.append([out.detach(), *(a.grad for a in args)])
    tolerance = 1e-12 if dtype == torch.float64 else 2e-5
    for ours, theirs in zip(*found, strict=True):
        assert ours.dtype == dtype
        torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=2e-5)


def test_gradients_are_those_of_finite_differences():
    args = [a.requires_grad_() for a in inputs(rows=3)]
    assert torch.autograd.gradcheck(directional_scores, args)


@pytest.mark.parametrize('length', [0.0, 1e-30, 1e-9, 1e-5, 1e-3])
def test_a_short_feature_has_the_gradient_of_unit_vectors(length):
    """Zero at zero, and nowhere more than 1 / 1e-4 times kappa."""
    _, kappa, weight, _ = inputs()
    grads = []
    for call in (
        lambda f: directional_scores(f, kappa, weight),
        lambda f: directional_logits(f, kappa, unit_vectors(weight)),
    ):
        feature = torch.full((1, 6), length / 6**0.5, dtype=torch.float64)
        feature.requires_grad_()
        call(feature).square().sum().backward()
        grads.append(feature.grad)
    torch.testing.assert_close(*grads, rtol=1e-9, atol=1e-12)
    assert grads[0].isfinite().all()


def test_no_box_and_no_offset():
    features, kappa, weight, _ = inputs(rows=0)
    assert directional_scores(features, kappa, weight).shape == (0, 7)


@pytest.mark.parametrize('half', [torch.float16, torch.bfloat16])
def test_scores_are_not_computed_in_half_precision(half):
    features, kappa, weight, offset = inputs(torch.float32)
    features = features.to(half)
    exact = directional_scores(features.float(), kappa, weight, offset)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        got = directional_scores(features, kappa, weight, offset)
    assert got.dtype == torch.float32
    assert torch.equal(got, exact)


def test_there_is_no_second_derivative():
    """It would be wrong: the first is written by hand."""
    args = [a.requires_grad_() for a in inputs()]
    out = directional_scores(*args).square().sum()
    (grad,) = torch.autograd.grad(out, args[0], create_graph=True)
    with pytest.raises(RuntimeError, match='once_differentiable'):
        grad.sum().backward()
