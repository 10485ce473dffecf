import pytest
import torch

from mmlt.functional import class_balanced_weights
from mmlt.models import ClassBalancedFocalLoss, OneVsAllFocalLoss

COUNTS = [90, 40, 5]


def case(**settings):
    loss = ClassBalancedFocalLoss(**settings)
    loss.set_class_counts(COUNTS)
    z = torch.randn(5, 3, dtype=torch.float64)
    return loss, z, torch.tensor([0, 1, 2, 2, 0])


def test_each_focal_loss_has_the_weight_of_its_class_and_the_mean_is_by_n():
    loss, z, y = case(gamma=1.5, beta=0.99)
    plain = OneVsAllFocalLoss(gamma=1.5)(z, y, reduction_override='none')
    weights = class_balanced_weights(COUNTS, 0.99)
    expected = (weights[y] * plain).sum() / 5
    torch.testing.assert_close(loss(z, y), expected, rtol=1e-12, atol=0)


def test_the_second_stage_of_deferred_focal_loss():
    loss, z, y = case(gamma=2, reweight='cost_sensitive')
    plain = OneVsAllFocalLoss(gamma=2)(z, y, reduction_override='none')
    expected = (torch.tensor([5 / 90, 5 / 40, 1]).double()[y] * plain).mean()
    torch.testing.assert_close(loss(z, y), expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    'settings', [dict(beta=0), dict(reweight=None), dict(power=0)]
)
def test_without_weights_it_is_the_focal_loss(settings):
    if 'power' in settings:
        settings['reweight'] = 'cost_sensitive'
    loss, z, y = case(gamma=2, **settings)
    expected = OneVsAllFocalLoss(gamma=2)(z, y)
    torch.testing.assert_close(loss(z, y), expected, rtol=1e-12, atol=0)


def test_a_negative_gamma_is_refused():
    with pytest.raises(ValueError, match='`gamma`.*got -1'):
        ClassBalancedFocalLoss(gamma=-1)
