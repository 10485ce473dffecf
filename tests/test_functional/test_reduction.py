"""The loss of a batch is what mmpretrain makes of the losses of samples."""

import pytest
import torch
from mmpretrain.models.losses.utils import weight_reduce_loss

from mmlt.functional import reduce_loss


@pytest.mark.parametrize('reduction', ['mean', 'sum', 'none'])
@pytest.mark.parametrize('weighted', [False, True])
@pytest.mark.parametrize('avg_factor', [None, 7, torch.tensor(3.5)])
def test_reduction_is_that_of_mmpretrain(reduction, weighted, avg_factor):
    loss = torch.randn(9, generator=torch.Generator().manual_seed(0))
    weight = torch.arange(9.0) if weighted else None
    setting = weight, reduction, avg_factor
    if reduction == 'sum' and avg_factor is not None:
        with pytest.raises(ValueError, match="'sum'. Leave it out"):
            reduce_loss(loss, *setting)
        return
    theirs = weight_reduce_loss(loss, *setting)
    assert torch.equal(reduce_loss(loss, *setting), theirs)


def test_reduction_that_is_none_is_refused():
    with pytest.raises(ValueError, match="'mean', 'sum' or 'none', but got"):
        reduce_loss(torch.ones(2), reduction='median')
