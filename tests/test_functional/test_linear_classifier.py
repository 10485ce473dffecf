"""Expected values are worked out here with numpy, from the formulas."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    directional_logits,
    directional_to_linear,
    layer_norm_classifier,
    linear_logits,
)

RNG = np.random.default_rng(0)
KAPPA = torch.tensor(RNG.uniform(4, 32, 5))
MU = F.normalize(torch.tensor(RNG.normal(size=(5, 7))), dim=1)
OFFSET = torch.tensor(RNG.normal(size=5))
X = torch.tensor(RNG.normal(size=(6, 7)))


def test_weight_and_bias_of_a_directional_classifier():
    weight, bias = directional_to_linear(KAPPA, MU, OFFSET)
    for i in range(5):
        expected = KAPPA[i].item() * MU[i].numpy()
        np.testing.assert_allclose(weight[i].numpy(), expected, rtol=1e-15)
    assert torch.equal(bias, OFFSET)
    assert not directional_to_linear(KAPPA, MU)[1].any()


@pytest.mark.parametrize('normalize', [True, False])
def test_the_linear_classifier_has_the_directional_logits(normalize):
    weight, bias = directional_to_linear(KAPPA, MU, OFFSET)
    got = linear_logits(X, weight, bias, normalize)
    x = X.numpy()
    if normalize:
        x = x / np.sqrt((x**2).sum(1, keepdims=True))
    expected = x @ MU.numpy().T * KAPPA.numpy() + OFFSET.numpy()
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-13)
    other = directional_logits(X, KAPPA, MU, OFFSET, normalize)
    torch.testing.assert_close(got, other, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize('length', [1e-5, 1.0, 1e5])
def test_layer_norm_stands_in_for_a_division_by_the_length(dtype, length):
    weight, bias = directional_to_linear(KAPPA, MU, OFFSET)
    weight, bias = weight.to(dtype), bias.to(dtype)
    x = (X * length).to(dtype)
    expected = linear_logits(x, weight, bias, normalize=True)
    projection, half, eps = layer_norm_classifier(weight)
    got = F.layer_norm(x @ projection.T, (14,), eps=eps)
    got = got @ half.T + bias
    scale = expected.abs().max()
    bound = 1e-6 if dtype == torch.float32 else 1e-13
    assert (got - expected).abs().max() < bound * scale
    assert got.dtype == dtype


def test_a_feature_of_zeros_scores_the_bias():
    weight, bias = directional_to_linear(KAPPA, MU, OFFSET)
    zeros = torch.zeros(1, 7, dtype=torch.float64)
    assert torch.equal(linear_logits(zeros, weight, bias, True)[0], bias)
    projection, half, eps = layer_norm_classifier(weight)
    normed = F.layer_norm((zeros @ projection.T).float(), (14,), eps=eps)
    assert not normed.any()


def test_gradient():
    inputs = [KAPPA.clone(), MU.clone(), OFFSET.clone()]
    for value in inputs:
        value.requires_grad_()
    assert torch.autograd.gradcheck(directional_to_linear, inputs)


def test_the_widest_dtype_is_kept():
    weight, bias = directional_to_linear(KAPPA.float(), MU.float())
    assert weight.dtype == bias.dtype == torch.float32
    weight, bias = directional_to_linear(KAPPA.float(), MU.float(), OFFSET)
    assert weight.dtype == bias.dtype == torch.float64


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r'`kappa` of the shape \(C,\)'):
        directional_to_linear(KAPPA[:4], MU)
    with pytest.raises(ValueError, match='`offset` of the shape'):
        directional_to_linear(KAPPA, MU, OFFSET[:4])
    with pytest.raises(ValueError, match=r'shape \(C, D\)'):
        layer_norm_classifier(KAPPA)
