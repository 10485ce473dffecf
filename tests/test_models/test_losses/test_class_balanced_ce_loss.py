import torch
import torch.nn.functional as F

from mmlt.functional import class_balanced_weights, cost_sensitive_weights
from mmlt.models import ClassBalancedCELoss

COUNTS = [90, 40, 5]


def case():
    z = torch.randn(5, 3, dtype=torch.float64)
    return z, torch.tensor([0, 1, 2, 2, 0])


def test_it_is_the_weighted_cross_entropy_of_torch():
    z, y = case()
    loss = ClassBalancedCELoss(beta=0.99)
    loss.set_class_counts(COUNTS)
    weights = class_balanced_weights(COUNTS, 0.99)
    expected = F.cross_entropy(z, y, weight=weights)
    torch.testing.assert_close(loss(z, y), expected, rtol=1e-12, atol=0)
    # the parent's heads give N, which would be another loss
    torch.testing.assert_close(
        loss(z, y, avg_factor=5), expected, rtol=1e-12, atol=0
    )


def test_cost_sensitive_cross_entropy_with_a_square_root():
    z, y = case()
    loss = ClassBalancedCELoss(reweight='cost_sensitive', power=0.5)
    loss.set_class_counts(COUNTS)
    weights = cost_sensitive_weights(COUNTS, 0.5)
    expected = F.cross_entropy(z, y, weight=weights)
    torch.testing.assert_close(loss(z, y), expected, rtol=1e-12, atol=0)


def test_beta_zero_and_equal_counts_are_cross_entropy():
    z, y = case()
    for beta, counts in ((0, COUNTS), (0.9999, [7, 7, 7])):
        loss = ClassBalancedCELoss(beta=beta)
        loss.set_class_counts(counts)
        torch.testing.assert_close(
            loss(z, y), F.cross_entropy(z, y), rtol=1e-12, atol=0
        )
