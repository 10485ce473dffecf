"""Counts that a part refuses leave it as it was."""

import pytest
import torch

from mmlt.losses import BalancedSoftmaxLoss, CDTLoss, LDAMLoss
from mmlt.models import LogitAdjustedClsHead, RIDEClsHead

GOOD, WRONG = [50, 20, 5, 1], [50, 0, 5, 1]


def ride():
    return RIDEClsHead(
        num_classes=4,
        in_channels=8,
        num_experts=2,
        loss=dict(type='mmlt.BalancedSoftmaxLoss'),
    )


PARTS = dict(
    bsce=BalancedSoftmaxLoss,
    cdt=CDTLoss,
    ldam=lambda: LDAMLoss(reweight='cost_sensitive'),
    ride=ride,
    adjusted=lambda: LogitAdjustedClsHead(4, 8),
)


def buffers(part):
    return {name: b.clone() for name, b in part.named_buffers()}


@pytest.mark.parametrize('name', PARTS)
def test_the_counts_before_stay(name):
    part = PARTS[name]()
    part.set_class_counts(GOOD)
    before = buffers(part)
    with pytest.raises(ValueError, match='class 1 has 0'):
        part.set_class_counts(WRONG)
    after = buffers(part)
    assert before.keys() == after.keys()
    for key, value in before.items():
        assert torch.equal(after[key], value), key


@pytest.mark.parametrize('name', ['bsce', 'cdt', 'ldam'])
def test_none_before_is_none_after(name):
    part = PARTS[name]()
    with pytest.raises(ValueError, match='class 1 has 0'):
        part.set_class_counts(WRONG)
    # it was a loss of inf, trained on in silence
    with pytest.raises(RuntimeError, match='never set'):
        part(torch.zeros(2, 4), torch.tensor([0, 1]))
