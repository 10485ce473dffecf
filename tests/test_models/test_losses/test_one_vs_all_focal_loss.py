import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import FocalLoss

from mmlt.functional import one_vs_all_focal_loss
from mmlt.models import OneVsAllFocalLoss


def case():
    z = torch.randn(5, 3, dtype=torch.float64)
    return z, torch.tensor([0, 1, 2, 2, 0])


def test_it_is_the_mean_of_the_function_and_needs_no_counts():
    z, y = case()
    expected = one_vs_all_focal_loss(z, y, 1.5).mean()
    got = OneVsAllFocalLoss(gamma=1.5)(z, y)
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=0)


def test_it_is_twice_the_focal_loss_of_the_parent_at_alpha_one_half():
    z, y = case()
    parent = FocalLoss(gamma=2.0, alpha=0.5, reduction='sum')
    one_hot = F.one_hot(y, 3).double()
    torch.testing.assert_close(
        OneVsAllFocalLoss(reduction='sum')(z, y),
        2 * parent(z, one_hot),
        rtol=1e-12,
        atol=0,
    )


def test_a_negative_gamma_is_refused():
    with pytest.raises(ValueError, match='`gamma`.*got -1'):
        OneVsAllFocalLoss(gamma=-1)
