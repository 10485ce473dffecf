import torch
import torch.nn.functional as F

from mmlt.functional import balanced_softmax_loss
from mmlt.models import BalancedSoftmaxLoss


def test_it_is_the_mean_of_the_function():
    loss = BalancedSoftmaxLoss(loss_weight=2)
    loss.set_class_counts([9, 4, 1])
    z = torch.randn(5, 3, dtype=torch.float64)
    y = torch.tensor([0, 1, 2, 2, 0])
    expected = 2 * balanced_softmax_loss(z, y, [9, 4, 1]).mean()
    torch.testing.assert_close(loss(z, y), expected, rtol=1e-12, atol=0)


def test_equal_counts_make_it_cross_entropy():
    loss = BalancedSoftmaxLoss()
    loss.set_class_counts([6, 6, 6])
    z, y = torch.randn(5, 3).double(), torch.tensor([0, 1, 2, 2, 0])
    torch.testing.assert_close(
        loss(z, y), F.cross_entropy(z, y), rtol=1e-12, atol=0
    )
