import math

import pytest
import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS

from mmlt.functional import inter_class_discrepancy, vmf_overlap
from mmlt.models import InterClassDiscrepancyLoss


def classes():
    kappa = torch.tensor([3.0, 16, 17, 30], dtype=torch.float64)
    return kappa, F.normalize(torch.randn(4, 8, dtype=torch.float64), dim=1)


def test_it_is_the_mean_overlap_without_the_diagonal_times_the_weight():
    kappa, mu = classes()
    overlap = vmf_overlap(kappa, mu)
    expected = 0.2 * (overlap.sum() - 4) / 16
    loss = InterClassDiscrepancyLoss()(kappa, mu)
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)
    assert loss == 0.2 * inter_class_discrepancy(kappa, mu)


def test_the_weight_falls_polynomially():
    loss = InterClassDiscrepancyLoss()
    kappa, mu = classes()
    full = loss(kappa, mu)
    for epoch in (0, 1, 100, 199, 200):
        loss.set_progress(epoch, 200)
        share = math.pow(1 - epoch / 200, 0.9)
        assert loss(kappa, mu).item() == pytest.approx(
            full.item() * share, rel=1e-12
        )


def test_convention_the_first_epoch_has_the_whole_weight_and_the_last_some():
    loss = InterClassDiscrepancyLoss(loss_weight=0.5, decay_power=2)
    loss.set_progress(0, 4)
    assert loss.weight == 0.5
    loss.set_progress(3, 4)
    assert loss.weight == 0.5 / 16


def test_power_zero_keeps_the_weight():
    loss = InterClassDiscrepancyLoss(loss_weight=1, decay_power=0)
    loss.set_progress(19, 20)
    assert loss.weight == 1


def test_gradient_of_a_step_pushes_classes_apart():
    kappa, mu = classes()
    mu.requires_grad_()
    loss = InterClassDiscrepancyLoss(loss_weight=1)
    (grad,) = torch.autograd.grad(loss(kappa, mu), mu)
    moved = F.normalize(mu.detach() - 0.1 * grad, dim=1)
    assert loss(kappa, moved) < loss(kappa, mu.detach())


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match='`loss_weight`.*got -0.2'):
        InterClassDiscrepancyLoss(loss_weight=-0.2)
    with pytest.raises(ValueError, match='`decay_power`.*got -1'):
        InterClassDiscrepancyLoss(decay_power=-1)
    with pytest.raises(ValueError, match="`loss_name`.*got 'icd'"):
        InterClassDiscrepancyLoss(loss_name='icd')


def test_it_is_registered_under_its_name():
    kind = MODELS.get('InterClassDiscrepancyLoss')
    assert kind is InterClassDiscrepancyLoss
