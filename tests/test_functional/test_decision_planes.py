"""The planes of the appendix, against the predictions of its network."""

import math

import pytest
import torch
from torch import nn

from mmlt.functional import (
    figure_of_planes,
    misclassified_area,
    misclassified_slab,
    plane_distance,
    plane_intercepts,
    two_class_plane,
)


def network(generator):
    """Hidden and output layer of a random 3-3-2 network, float64."""
    hidden, output = nn.Linear(3, 3).double(), nn.Linear(3, 2).double()
    for parameter in (*hidden.parameters(), *output.parameters()):
        parameter.requires_grad_(False)
        parameter.normal_(generator=generator)
    return hidden, output


def plane_of(hidden, output):
    return two_class_plane(output.weight, output.bias, hidden.bias)


@pytest.mark.parametrize('tau', [1.5, 0.5])
def test_the_area_of_400_random_networks_is_between_the_planes(tau):
    """What argmax of the network says, for 200 points of class 1 each."""
    generator = torch.Generator().manual_seed(0)
    lost_with = set()
    for _ in range(400):
        hidden, output = network(generator)
        k, offset = plane_of(hidden, output)
        x = 3 * torch.randn(200, 3, generator=generator, dtype=torch.float64)
        scaled, original = output(hidden(tau * x)), output(hidden(x))
        margin = (x @ hidden.weight.T) @ k
        # Eq. 6 and 8
        eta, eta_prime = tau * margin + offset, margin + offset
        torch.testing.assert_close(scaled[:, 0] - scaled[:, 1], eta)
        torch.testing.assert_close(original[:, 0] - original[:, 1], eta_prime)
        lost = (scaled.argmax(1) == 0) & (original.argmax(1) != 0)
        slab = misclassified_slab(offset.item(), tau)
        inside = torch.zeros_like(lost)
        if slab is not None:
            inside = (slab[0] <= margin) & (margin < slab[1])
        assert torch.equal(inside, lost)
        zero = output(hidden(torch.zeros(1, 3, dtype=torch.float64)))[0]
        area = misclassified_area(
            original,
            torch.zeros(200, dtype=torch.long),
            torch.tensor([tau, 1.0]),
            zero,
        )
        assert torch.equal(area['lost'], lost)
        if lost.any():
            lost_with.add(figure_of_planes(offset.item(), tau))
    # Fig. 2: of its four parts one alone has lost points, by tau
    assert lost_with == ({'b'} if tau > 1 else {'d'})


def test_above_and_below_as_the_appendix_means_them():
    """d.X > 1, Eq. 7 and 9: eta' is above eta for tau > 1, else below."""
    generator = torch.Generator().manual_seed(1)
    for tau, above in ((2.0, True), (0.5, False)):
        for _ in range(100):
            k, offset = plane_of(*network(generator))
            d = -k / offset
            on_eta = d / (d @ d) / tau  # d.X = 1 / tau
            on_eta_prime = d / (d @ d)
            assert tau * k @ on_eta + offset == pytest.approx(0, abs=1e-12)
            assert k @ on_eta_prime + offset == pytest.approx(0, abs=1e-12)
            assert (d @ on_eta_prime > d @ on_eta) == above
            part = figure_of_planes(offset.item(), tau)
            assert (
                part
                == {
                    (True, True): 'b',
                    (True, False): 'c',
                    (False, True): 'a',
                    (False, False): 'd',
                }[above, offset.item() < 0]
            )
            # Eq. 7: where eta > 0 is
            x = torch.randn(3, generator=generator, dtype=torch.float64)
            right = tau * k @ x + offset > 0
            assert right == (
                tau * d @ x > 1 if offset < 0 else tau * d @ x < 1
            )


def test_intercepts_are_on_the_plane_and_tau_times_apart():
    generator = torch.Generator().manual_seed(2)
    for _ in range(50):
        k, offset = plane_of(*network(generator))
        for tau in (1.0, 2.5, 0.4):
            points = torch.diag(plane_intercepts(k, offset, tau))
            torch.testing.assert_close(
                tau * points @ k + offset, torch.zeros_like(k)
            )
            torch.testing.assert_close(
                plane_intercepts(k, offset),
                tau * plane_intercepts(k, offset, tau),
            )


def test_distance_is_that_of_the_nearest_points_of_the_planes():
    generator = torch.Generator().manual_seed(3)
    for _ in range(50):
        k, offset = plane_of(*network(generator))
        unit = k / k.norm()
        for tau in (1.2, 3.0, 0.3):
            on_eta = -offset / (tau * k.norm()) * unit
            on_eta_prime = -offset / k.norm() * unit
            torch.testing.assert_close(
                plane_distance(k, offset, tau), (on_eta - on_eta_prime).norm()
            )


def test_without_a_bias_or_without_scaling_the_planes_coincide():
    k = torch.tensor([1.0, -2.0, 0.5])
    for offset, tau in ((0.0, 2.0), (0.0, 0.5), (1.0, 1.0), (-1.0, 1.0)):
        assert plane_distance(k, offset, tau) == 0
        assert misclassified_slab(offset, tau) is None
        assert figure_of_planes(offset, tau) == 'none'
    assert plane_intercepts(k, 0.0, 2.0).abs().tolist() == [0, 0, 0]


def test_the_area_grows_with_tau_to_the_plane_through_the_origin():
    for tau in (1.01, 2.0, 1e3, 1e9):
        low, high = misclassified_slab(-2.0, tau)
        assert (low, high) == (2 / tau, 2)
    assert misclassified_slab(2.0, 0.5) == (-4, -2)


def test_an_axis_along_the_plane_has_no_intercept():
    found = plane_intercepts(torch.tensor([0.0, 1.0]), -1.0)
    assert found.tolist() == [math.inf, 1]
    assert plane_intercepts(torch.tensor([0.0, 1.0]), 0.0)[0].isnan()


def test_dtype_is_kept():
    for dtype in (torch.float32, torch.float64):
        k = torch.ones(3, dtype=dtype)
        assert plane_intercepts(k, -1.0).dtype == dtype
        assert plane_distance(k, torch.tensor(-1.0), 2.0).dtype == dtype


@pytest.mark.parametrize(
    ('shapes', 'match'),
    [
        (((3, 3), (2,), (3,)), '`output_weight` to be \\(2, H\\)'),
        (((2, 3), (3,), (3,)), '`output_bias` to be \\(2,\\)'),
        (((2, 3), (2,), (2,)), '`hidden_bias` to be \\(3,\\)'),
    ],
)
def test_shapes_are_checked(shapes, match):
    with pytest.raises(ValueError, match=match):
        two_class_plane(*(torch.zeros(shape) for shape in shapes))


@pytest.mark.parametrize('tau', [0.0, -1.0, math.nan])
def test_tau_is_above_zero(tau):
    for call in (
        lambda: misclassified_slab(1.0, tau),
        lambda: figure_of_planes(1.0, tau),
        lambda: plane_intercepts(torch.ones(3), 1.0, tau),
        lambda: plane_distance(torch.ones(3), 1.0, tau),
    ):
        with pytest.raises(ValueError, match='`tau`'):
            call()
