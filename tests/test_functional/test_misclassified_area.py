"""The three cases of the appendix, with its network worked by hand."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from mmlt.functional import (
    misclassified_area,
    misclassified_area_counts,
    misclassified_area_shares,
    scaled_feature_logits,
)

TAU = 2.0


def appendix_network(b, bias):
    """Two linear layers of 3-3-2, Eq. 1 to 5, with B as asked for.

    k = n_1 - n_2 is (1, 1, 1), the hidden layer the identity, so eta =
    tau (x_1 + x_2 + x_3) + B and eta' the same with tau = 1.
    """
    hidden, out = nn.Linear(3, 3), nn.Linear(3, 2)
    with torch.no_grad():
        hidden.weight.copy_(torch.eye(3))
        hidden.bias.copy_(torch.tensor(bias))
        out.weight.copy_(torch.tensor([[1.0, 1, 1], [0, 0, 0]]))
        # B = n_1.b + z_1 - n_2.b - z_2
        out.bias.copy_(torch.tensor([b - sum(bias), 0.0]))
    return nn.Sequential(hidden, out).double()


def outcome(b, point, bias=(0.25, -0.5, 0.125)):
    """Eta, eta', and what the area says of a point of class 0."""
    network = appendix_network(b, bias)
    x = torch.tensor([point], dtype=torch.float64)
    with torch.no_grad():
        scaled, original = network(TAU * x), network(x)
        zero = network(torch.zeros(1, 3).double())[0]
    label, tau = torch.tensor([0]), torch.tensor([TAU, 1.0])
    # what both layers add is what is left at x = 0
    torch.testing.assert_close(
        scaled_feature_logits(original, label, tau, zero), scaled
    )
    area = misclassified_area(original, label, tau, zero)
    eta = (scaled[0, 0] - scaled[0, 1]).item()
    eta_prime = (original[0, 0] - original[0, 1]).item()
    return eta, eta_prime, {k: bool(v) for k, v in area.items()}


def test_case_1_b_below_zero():
    """Planes sum x = 1/2 (eta) and sum x = 1 (eta'), for B = -1."""
    # Fig. 2a: above both
    eta, eta_prime, area = outcome(-1.0, (0.5, 0.5, 0.5))
    assert min(eta, eta_prime) > 0
    assert not area['lost']
    # Fig. 2b: between them, above eta and below eta'
    eta, eta_prime, area = outcome(-1.0, (0.25, 0.25, 0.25))
    assert (eta, eta_prime) == (0.5, -0.25)
    assert area == {'changed': True, 'lost': True, 'gained': False}


def test_case_2_b_above_zero():
    """Planes sum x = -1/2 (eta) and sum x = -1 (eta'), for B = 1.

    With tau > 1 eta' is the plane farther from the origin, and what lies
    between is of class 0 by the original feature alone: gained, not lost.
    The appendix's Fig. 2d, where it is lost, needs eta' nearer: tau < 1.
    """
    eta, eta_prime, area = outcome(1.0, (0.1, 0.1, 0.1))  # Fig. 2c
    assert min(eta, eta_prime) > 0
    assert not area['changed']
    eta, eta_prime, area = outcome(1.0, (-0.25, -0.25, -0.25))
    assert (eta, eta_prime) == (-0.5, 0.25)
    assert area == {'changed': True, 'lost': False, 'gained': True}


def test_case_2_with_expanded_features_is_lost():
    """Fig. 2d: tau = 1/2, planes sum x = -2 (eta) and -1 (eta'), B = 1."""
    logits = torch.tensor([[-1.5 + 1.0, 0.0]])
    bias = torch.tensor([1.0, 0.0])
    area = misclassified_area(
        logits, torch.tensor([0]), torch.tensor([0.5, 1.0]), bias
    )
    assert area['lost'].tolist() == [True]


def test_case_3_b_zero_leaves_every_prediction():
    for seed in range(20):
        generator = torch.Generator().manual_seed(seed)
        point = torch.randn(3, generator=generator).tolist()
        assert not any(outcome(0.0, point)[2].values())


def test_counts_are_those_of_a_linear_layer_on_scaled_features():
    torch.manual_seed(1)
    layer = nn.Linear(6, 4).double()
    nn.init.normal_(layer.bias)
    features = torch.randn(500, 6, dtype=torch.float64)
    labels = torch.randint(0, 4, (500,))
    tau = torch.tensor([2.0, 1.6, 1.3, 1.1], dtype=torch.float64)
    with torch.no_grad():
        original = layer(features)
        scaled = layer(tau[labels, None] * features)
    before, after = scaled.argmax(1), original.argmax(1)
    masks = {
        'changed': before != after,
        'lost': (before == labels) & (after != labels),
        'gained': (before != labels) & (after == labels),
    }
    for scores in (original, original.log_softmax(1)):
        size, *counts = misclassified_area_counts(
            scores, labels, tau, layer.bias.detach()
        )
        assert size.tolist() == labels.bincount(minlength=4).tolist()
        for count, mask in zip(counts, masks.values(), strict=True):
            assert (
                count.tolist() == labels[mask].bincount(minlength=4).tolist()
            )
    assert masks['lost'].any()
    assert masks['gained'].any()


def test_without_bias_and_with_tau_one_nothing_changes():
    logits, labels = torch.randn(100, 5), torch.randint(0, 5, (100,))
    tau = torch.linspace(2, 1.2, 5)
    assert not misclassified_area(logits, labels, tau)['changed'].any()
    one = misclassified_area(logits, labels, torch.ones(5), torch.randn(5))
    assert not one['changed'].any()


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_dtype_is_kept(dtype):
    logits = torch.randn(3, 2, dtype=dtype)
    out = scaled_feature_logits(
        logits, torch.tensor([0, 1, 1]), torch.ones(2).double(), torch.ones(2)
    )
    assert out.dtype == dtype


def test_shares_are_of_the_samples_of_a_group():
    counts = torch.tensor(
        [[10, 5, 0, 1], [4, 1, 0, 1], [3, 0, 0, 0], [1, 1, 0, 1]]
    )
    groups = torch.tensor([[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0]]).bool()
    found = misclassified_area_shares(counts, groups)
    expected = {
        'changed': [6 / 16, 2 / 6, math.nan],
        'lost': [3 / 16, 0, math.nan],
        'gained': [3 / 16, 2 / 6, math.nan],
    }
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name].numpy(), values)
    each = misclassified_area_shares(counts)
    by_one = misclassified_area_shares(counts, torch.eye(4).bool())
    for name, share in each.items():
        assert share.dtype == torch.float64
        np.testing.assert_array_equal(share, by_one[name])
    assert each['changed'][0] == 0.4
