import pytest
import torch
import torch.nn.functional as F

from mmlt.models import CDTLoss


def case(gamma, counts):
    loss = CDTLoss(gamma=gamma)
    loss.set_class_counts(counts)
    z = torch.randn(5, 3, dtype=torch.float64)
    return loss, z, torch.tensor([0, 1, 2, 2, 0])


def test_logits_are_divided_by_the_temperatures():
    loss, z, y = case(0.5, [64, 16, 4])
    divided = z / torch.tensor([1.0, 2.0, 4.0])
    torch.testing.assert_close(
        loss(z, y), F.cross_entropy(divided, y), rtol=1e-12, atol=0
    )


@pytest.mark.parametrize(
    ('gamma', 'counts'), [(0, [64, 16, 4]), (0.2, [7, 7, 7])]
)
def test_gamma_zero_and_equal_counts_are_cross_entropy(gamma, counts):
    loss, z, y = case(gamma, counts)
    torch.testing.assert_close(
        loss(z, y), F.cross_entropy(z, y), rtol=1e-12, atol=0
    )


def test_a_negative_gamma_is_refused():
    with pytest.raises(ValueError, match='`gamma`.*got -0.2'):
        CDTLoss(gamma=-0.2)
