import math

import pytest
import torch

from mmlt.functional import (
    balanced_expert_adjustments,
    logit_adjusted_loss,
    mean_tau,
)
from tests.golden_cases import COUNTS, LABELS, logits

PRIOR = [n / sum(COUNTS) for n in COUNTS]


def test_rows_by_hand():
    rows = balanced_expert_adjustments(COUNTS, [-1, 0, 1.25])
    assert rows.dtype == torch.float64
    expected = [[t * math.log(p) for p in PRIOR] for t in (-1, 0, 1.25)]
    for row, by_hand in zip(rows.tolist(), expected, strict=True):
        assert row == pytest.approx(by_hand, rel=1e-14)


@pytest.mark.parametrize('tau', [-1.0, 0.0, 1.0, 3.0])
def test_a_row_is_logit_adjustment(tau):
    (row,) = balanced_expert_adjustments(COUNTS, [tau])
    z = logits()
    found = torch.nn.functional.cross_entropy(z + row, LABELS)
    expected = logit_adjusted_loss(z, LABELS, COUNTS, tau).mean()
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_mean_tau():
    assert mean_tau([0, 1, 2]) == 1
    assert mean_tau((-1.0, 1.0, 3.0)) == 1
    assert mean_tau([0, 1.25, 2.5]) == 1.25


def test_what_is_refused():
    with pytest.raises(ValueError, match='class 1 has 0'):
        balanced_expert_adjustments([3, 0], [1])
    with pytest.raises(ValueError, match='one number per expert'):
        mean_tau([])
    with pytest.raises(ValueError, match='entry of `taus` to be a finite'):
        mean_tau([1.0, math.inf])
    with pytest.raises(TypeError, match='entry of `taus`'):
        mean_tau(['1'])
