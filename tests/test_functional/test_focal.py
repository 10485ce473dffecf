import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torchvision.ops import sigmoid_focal_loss

from mmlt.functional import one_vs_all_focal_loss


def random_case(n=6, c=4):
    return torch.randn(n, c).double(), torch.arange(n) % c


def test_focal_loss_by_hand():
    z, y = random_case()
    gamma = 1.5
    expected = []
    for row, label in zip(z.tolist(), y.tolist(), strict=True):
        total = 0
        for c, value in enumerate(row):
            p = 1 / (1 + math.exp(-value))
            t = float(c == label)
            bce = -(t * math.log(p) + (1 - t) * math.log(1 - p))
            total += abs(t - p) ** gamma * bce
        expected.append(total)
    got = one_vs_all_focal_loss(z, y, gamma)
    assert got.tolist() == pytest.approx(expected, rel=1e-12)


def test_focal_loss_at_gamma_zero_is_binary_cross_entropy():
    z, y = random_case()
    expected = F.binary_cross_entropy_with_logits(
        z, F.one_hot(y, 4).double(), reduction='none'
    ).sum(1)
    got = one_vs_all_focal_loss(z, y, 0)
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=0)


def test_focal_loss_with_a_root_has_a_finite_gradient_at_certainty():
    z = torch.tensor([[200.0, -200.0]], requires_grad=True)
    loss = one_vs_all_focal_loss(z, torch.tensor([0]), 0.5).sum()
    (grad,) = torch.autograd.grad(loss, z)
    assert loss == 0
    assert (grad == 0).all()


@pytest.mark.parametrize('gamma', [0.0, 0.5, 2.0])
def test_against_torchvision(gamma):
    """alpha < 0 is none there; ours is summed over the classes."""
    logits, labels = random_case()
    expected = sigmoid_focal_loss(
        logits,
        F.one_hot(labels, 4).double(),
        alpha=-1,
        gamma=gamma,
        reduction='none',
    ).sum(1)
    got = one_vs_all_focal_loss(logits, labels, gamma)
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-12)
