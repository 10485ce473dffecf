import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import logit_adjusted_loss
from mmlt.models import BalancedSoftmaxLoss, LogitAdjustedLoss


def case(loss):
    loss.set_class_counts([9, 4, 1])
    z = torch.randn(5, 3, dtype=torch.float64)
    return loss, z, torch.tensor([0, 1, 2, 2, 0])


def test_it_is_the_mean_of_the_function():
    loss, z, y = case(LogitAdjustedLoss(tau=1.5))
    expected = logit_adjusted_loss(z, y, [9, 4, 1], 1.5).mean()
    torch.testing.assert_close(loss(z, y), expected, rtol=1e-12, atol=0)


def test_tau_zero_is_cross_entropy_and_one_balanced_softmax():
    loss, z, y = case(LogitAdjustedLoss(tau=0))
    assert torch.equal(loss(z, y), F.cross_entropy(z, y))
    one, balanced = LogitAdjustedLoss(), BalancedSoftmaxLoss()
    for loss in (one, balanced):
        loss.set_class_counts([9, 4, 1])
    assert torch.equal(one(z, y), balanced(z, y))


def test_a_negative_tau_is_refused():
    with pytest.raises(ValueError, match='`tau`.*got -1'):
        LogitAdjustedLoss(tau=-1)
